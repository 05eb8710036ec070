"""Rows of quota limits, and what projects use: counted, never kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, delete, func, insert, select

from haneul.kit.db import Database
from haneul.services.compute.model import QuotaKey, Usage
from haneul.services.compute.store.tables import quota_classes, quota_limits, server_groups, servers


class QuotaStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def limits(self, project_id: str, user_id: str = "") -> dict[QuotaKey, int]:
        """Those set for the project, or for one user in it."""
        wanted = select(quota_limits.c.resource, quota_limits.c.hard_limit).where(
            quota_limits.c.project_id == project_id, quota_limits.c.user_id == user_id
        )
        with self.db.read() as c:
            return {QuotaKey(row.resource): row.hard_limit for row in c.execute(wanted)}

    def set_limits(self, project_id: str, user_id: str, limits: Mapping[QuotaKey, int]) -> None:
        """Replace these limits, leave the others."""
        names = [key.value for key in limits]
        mine = (quota_limits.c.project_id == project_id, quota_limits.c.user_id == user_id)
        rows = [
            {"project_id": project_id, "user_id": user_id, "resource": key.value, "hard_limit": limit}
            for key, limit in limits.items()
        ]
        with self.db.write() as c:
            c.execute(delete(quota_limits).where(*mine, quota_limits.c.resource.in_(names)))
            if rows:
                c.execute(insert(quota_limits), rows)

    def remove_limits(self, project_id: str, user_id: str | None = None) -> None:
        """Of the project with all its users, or of one user."""
        gone = delete(quota_limits).where(quota_limits.c.project_id == project_id)
        if user_id is not None:
            gone = gone.where(quota_limits.c.user_id == user_id)
        with self.db.write() as c:
            c.execute(gone)

    def class_limits(self, name: str) -> dict[QuotaKey, int]:
        wanted = select(quota_classes.c.resource, quota_classes.c.hard_limit).where(quota_classes.c.name == name)
        with self.db.read() as c:
            return {QuotaKey(row.resource): row.hard_limit for row in c.execute(wanted)}

    def set_class_limits(self, name: str, limits: Mapping[QuotaKey, int]) -> None:
        """Replace these limits, leave the others."""
        names = [key.value for key in limits]
        rows = [{"name": name, "resource": key.value, "hard_limit": limit} for key, limit in limits.items()]
        with self.db.write() as c:
            c.execute(delete(quota_classes).where(quota_classes.c.name == name, quota_classes.c.resource.in_(names)))
            if rows:
                c.execute(insert(quota_classes), rows)

    def usage(self, project_id: str, user_id: str | None = None) -> Usage:
        """What the project's servers, or one user's in it, add up to."""

        def mine(table: Table) -> ColumnElement[bool]:
            is_projects = table.c.project_id == project_id
            return is_projects if user_id is None else is_projects & (table.c.user_id == user_id)

        sums = (func.sum(servers.c.vcpus), func.sum(servers.c.memory_mib))
        wanted = select(func.count(), *sums).select_from(servers).where(mine(servers))
        with self.db.read() as c:
            row = c.execute(wanted).one()
            groups = c.scalar(select(func.count()).select_from(server_groups).where(mine(server_groups)))
        return Usage(row[0], row[1] or 0, row[2] or 0, groups or 0)
