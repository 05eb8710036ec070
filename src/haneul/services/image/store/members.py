"""Rows of the projects that images are shared with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from haneul.kit.db import Database
from haneul.services.image.model import ImageId, Member, MemberStatus
from haneul.services.image.store.tables import members


class MemberRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, image_id: str, project_id: str) -> Member | None:
        statement = select(members).where(members.c.image_id == image_id, members.c.project_id == project_id)
        with self.db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _member(row)

    def list(self, image_id: str) -> list[Member]:
        statement = select(members).where(members.c.image_id == image_id)
        with self.db.read() as connection:
            rows = connection.execute(statement.order_by(members.c.created_at, members.c.project_id))
            return [_member(row) for row in rows]

    def count(self, image_id: str) -> int:
        statement = select(func.count()).select_from(members).where(members.c.image_id == image_id)
        with self.db.read() as connection:
            return connection.execute(statement).scalar_one()

    def add(self, member: Member) -> None:
        with self.db.write() as connection:
            connection.execute(insert(members).values(vars(member)))

    def set_status(self, member: Member, status: MemberStatus, now: datetime) -> None:
        statement = update(members).where(
            members.c.image_id == member.image_id, members.c.project_id == member.project_id
        )
        with self.db.write() as connection:
            connection.execute(statement.values(status=status, updated_at=now))

    def remove(self, image_id: str, project_id: str) -> bool:
        statement = delete(members).where(members.c.image_id == image_id, members.c.project_id == project_id)
        with self.db.write() as connection:
            return connection.execute(statement).rowcount == 1


def _member(row: Row[Any]) -> Member:
    values = row._asdict()
    values["image_id"] = ImageId(values["image_id"])
    values["status"] = MemberStatus(values["status"])
    return Member(**values)
