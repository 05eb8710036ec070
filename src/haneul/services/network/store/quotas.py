"""Rows of the quotas that an administrator has set."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert, select

from haneul.kit.db import Database, Prepared
from haneul.services.network.store.rows import grouped
from haneul.services.network.store.tables import quotas

_OF_PROJECT = Prepared(select(quotas).where(quotas.c.project_id == bindparam("project_id")))


class QuotaRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def of_project(self, project_id: str) -> dict[str, int]:
        """What has been set for the project, by resource."""
        with self.db.read() as connection:
            return {row.resource: row.amount for row in _OF_PROJECT.rows(connection, project_id=project_id)}

    def all(self) -> Mapping[str, Mapping[str, int]]:
        """By project."""
        with self.db.read() as connection:
            rows = connection.execute(select(quotas).order_by(quotas.c.project_id)).all()
        by_project = grouped(rows, lambda row: row.project_id, lambda row: (row.resource, row.amount))
        return {project_id: dict(pairs) for project_id, pairs in by_project.items()}

    def set(self, project_id: str, limits: Mapping[str, int]) -> None:
        with self.db.write() as connection:
            for resource, amount in limits.items():
                mine = (quotas.c.project_id == project_id, quotas.c.resource == resource)
                connection.execute(delete(quotas).where(*mine))
                row = {"project_id": project_id, "resource": resource, "amount": amount}
                connection.execute(insert(quotas).values(row))

    def forget(self, project_id: str) -> bool:
        with self.db.write() as connection:
            return connection.execute(delete(quotas).where(quotas.c.project_id == project_id)).rowcount > 0
