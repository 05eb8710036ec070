"""The database's history, forwards and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from haneul.kit.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

SEEDED = frozenset({"security_group_rule_templates"})
"""Tables that have rows from the beginning."""
NEWEST = "0025"
"""The revision this release works with, so that an ordinary start need not import Alembic (0.7 s)."""


def ensure_newest(db: Database) -> bool:
    """Bring the database to the newest revision; True if that changed anything."""
    if revision(db) == NEWEST:
        return False
    upgrade(db, NEWEST)
    return True


def revision(db: Database) -> str | None:
    """Where the database stands; None when it is empty."""
    with db.read() as connection:
        if not connection.dialect.has_table(connection, "alembic_version"):
            return None
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return None if row is None else str(row[0])


def upgrade(db: Database, to: str = "head") -> None:
    from alembic import command

    with _config(db) as config:
        command.upgrade(config, to)


def downgrade(db: Database, to: str = "base") -> None:
    from alembic import command

    with _config(db) as config:
        command.downgrade(config, to)


@contextmanager
def _config(db: Database) -> Iterator[Config]:
    from alembic.config import Config

    with db.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(__file__).parent))
        config.set_main_option("path_separator", "os")
        yield config
