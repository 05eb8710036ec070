"""The one truth: a relational database with many readers and one writer at a time."""

from haneul.kit.db.among import among
from haneul.kit.db.copying import copy_rows
from haneul.kit.db.database import Database
from haneul.kit.db.leadership import Leadership
from haneul.kit.db.notices import Notices
from haneul.kit.db.prepared import Prepared, PreparedList, inserting, updating
from haneul.kit.db.types import Json, JsonTuple, Timestamp

__all__ = [
    "Database",
    "Json",
    "JsonTuple",
    "Leadership",
    "Notices",
    "Prepared",
    "PreparedList",
    "Timestamp",
    "among",
    "copy_rows",
    "inserting",
    "updating",
]
