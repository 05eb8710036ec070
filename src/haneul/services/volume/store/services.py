"""Rows of what administrators said of services."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from haneul.kit.db import Database, Prepared
from haneul.services.volume.model import ServiceMark
from haneul.services.volume.store.tables import service_marks

_MARKS = Prepared(select(service_marks))


class ServiceStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def marks(self) -> dict[tuple[str, str], ServiceMark]:
        """By binary and host."""
        with self.db.read() as c:
            rows = _MARKS.rows(c)
        marks = [ServiceMark(**dict(zip(service_marks.c.keys(), row, strict=True))) for row in rows]
        return {(mark.binary, mark.host): mark for mark in marks}

    def set(self, mark: ServiceMark) -> None:
        mine = (service_marks.c.binary == mark.binary, service_marks.c.host == mark.host)
        values = {column.name: getattr(mark, column.name) for column in service_marks.columns}
        with self.db.write() as c:
            c.execute(delete(service_marks).where(*mine))
            c.execute(insert(service_marks).values(values))
