"""Rows of quota limits, and what projects use: counted, never kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, select

from haneul.kit.db import Database, Prepared
from haneul.services.compute.model import QuotaKey, Usage
from haneul.services.compute.store.tables import quota_classes, quota_limits, server_groups, servers


def _mine(table: Table, *, is_one_users: bool) -> ColumnElement[bool]:
    is_projects = table.c.project_id == bindparam("project_id")
    return is_projects & (table.c.user_id == bindparam("user_id")) if is_one_users else is_projects


def _used(*, is_one_users: bool) -> Prepared:
    """Servers, their cores and memory, and server groups."""
    groups = select(func.count()).select_from(server_groups).where(_mine(server_groups, is_one_users=is_one_users))
    sums = (func.sum(servers.c.vcpus), func.sum(servers.c.memory_mib))
    used = select(func.count(), *sums, groups.scalar_subquery()).select_from(servers)
    return Prepared(used.where(_mine(servers, is_one_users=is_one_users)))


_USED_BY_PROJECT, _USED_BY_USER = _used(is_one_users=False), _used(is_one_users=True)
_LIMITS = Prepared(
    select(quota_limits.c.resource, quota_limits.c.hard_limit).where(
        quota_limits.c.project_id == bindparam("project_id"), quota_limits.c.user_id == bindparam("user_id")
    )
)
_CLASS_LIMITS = Prepared(
    select(quota_classes.c.resource, quota_classes.c.hard_limit).where(quota_classes.c.name == bindparam("name"))
)


class QuotaStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def limits(self, project_id: str, user_id: str = "") -> dict[QuotaKey, int]:
        """Those set for the project, or for one user in it."""
        with self.db.read() as c:
            rows = _LIMITS.rows(c, project_id=project_id, user_id=user_id)
        return {QuotaKey(row.resource): row.hard_limit for row in rows}

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
        with self.db.read() as c:
            return {QuotaKey(row.resource): row.hard_limit for row in _CLASS_LIMITS.rows(c, name=name)}

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
        ask = _USED_BY_PROJECT if user_id is None else _USED_BY_USER
        with self.db.read() as c:
            row = ask.first(c, project_id=project_id, user_id=user_id)
        return Usage(row[0], row[1] or 0, row[2] or 0, row[3] or 0)
