"""Rows of volume types, who may use them, and whose default they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, or_, select

from haneul.kit.db import Database, Prepared
from haneul.services.volume.model import DefaultType, VolumeType
from haneul.services.volume.store.rows import Rows
from haneul.services.volume.store.tables import default_types, type_access, types, volumes

_DEFAULTS = Prepared(select(default_types).order_by(default_types.c.project_id))
_DEFAULT_OF = Prepared(select(default_types).where(default_types.c.project_id == bindparam("project_id")))


class TypeStore(Rows[VolumeType]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, types, VolumeType, "volume type")

    def visible_ids(self, project_id: str) -> set[str]:
        """The public ones, and those opened to the project."""
        mine = select(type_access.c.type_id).where(type_access.c.project_id == project_id)
        with self.db.read() as c:
            return set(c.scalars(select(types.c.id).where(or_(types.c.is_public, types.c.id.in_(mine)))))

    def projects(self, type_id: str) -> Sequence[str]:
        with self.db.read() as c:
            wanted = select(type_access.c.project_id).where(type_access.c.type_id == type_id)
            return list(c.scalars(wanted.order_by(type_access.c.project_id)))

    def open_to(self, type_id: str, project_id: str) -> None:
        with self.db.write() as c:
            c.execute(insert(type_access).values(type_id=type_id, project_id=project_id))

    def close_to(self, type_id: str, project_id: str) -> None:
        gone = delete(type_access).where(type_access.c.type_id == type_id, type_access.c.project_id == project_id)
        with self.db.write() as c:
            c.execute(gone)

    def is_used(self, type_id: str) -> bool:
        with self.db.read() as c:
            return c.scalar(select(volumes.c.id).where(volumes.c.type_id == type_id).limit(1)) is not None

    def defaults(self, project_id: str | None = None) -> Sequence[DefaultType]:
        """Of every project that has one of its own, or of one."""
        with self.db.read() as c:
            rows = _DEFAULTS.rows(c) if project_id is None else _DEFAULT_OF.rows(c, project_id=project_id)
        return [DefaultType(row.project_id, row.type_id) for row in rows]

    def set_default(self, project_id: str, type_id: str | None) -> None:
        """None: the project has no default of its own."""
        with self.db.write() as c:
            c.execute(delete(default_types).where(default_types.c.project_id == project_id))
            if type_id is not None:
                c.execute(insert(default_types).values(project_id=project_id, type_id=type_id))
