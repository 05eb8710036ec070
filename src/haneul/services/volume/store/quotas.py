"""Rows of quota limits, and what projects use: counted, never kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, func, insert, select

from haneul.kit.db import Database, Prepared
from haneul.services.volume.store.tables import backups, groups, quota_limits, snapshots, volumes

_project: BindParameter[str] = bindparam("project_id")
_OF_VOLUMES = Prepared(
    select(volumes.c.type_id, func.count(), func.sum(volumes.c.size_gib))
    .where(volumes.c.project_id == _project, volumes.c.consumes_quota)
    .group_by(volumes.c.type_id)
)
_OF_SNAPSHOTS = Prepared(
    select(volumes.c.type_id, func.count(), func.sum(snapshots.c.size_gib))
    .join_from(snapshots, volumes, snapshots.c.volume_id == volumes.c.id)
    .where(snapshots.c.project_id == _project, snapshots.c.consumes_quota)
    .group_by(volumes.c.type_id)
)
_OF_BACKUPS = Prepared(
    select(func.count(), func.coalesce(func.sum(backups.c.size_gib), 0)).where(backups.c.project_id == _project)
)
_GROUPS = Prepared(select(func.count()).select_from(groups).where(groups.c.project_id == _project))
_LIMITS = Prepared(
    select(quota_limits.c.resource, quota_limits.c.hard_limit).where(
        quota_limits.c.owner == bindparam("owner"), quota_limits.c.is_class == bindparam("is_class")
    )
)


class QuotaStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def limits(self, owner: str, *, is_class: bool = False) -> dict[str, int]:
        """Those set for the project, or for the class of that name."""
        with self.db.read() as c:
            return {row[0]: row[1] for row in _LIMITS.rows(c, owner=owner, is_class=is_class)}

    def set_limits(self, owner: str, limits: Mapping[str, int], *, is_class: bool = False) -> None:
        """Replace these limits, leave the others."""
        rows = [
            {"owner": owner, "is_class": is_class, "resource": name, "hard_limit": limit}
            for name, limit in limits.items()
        ]
        gone = delete(quota_limits).where(*_of(owner, is_class), quota_limits.c.resource.in_(list(limits)))
        with self.db.write() as c:
            c.execute(gone)
            if rows:
                c.execute(insert(quota_limits), rows)

    def remove_limits(self, owner: str) -> None:
        with self.db.write() as c:
            c.execute(delete(quota_limits).where(*_of(owner, False)))

    def usage(self, project_id: str) -> dict[str, int]:
        """Resource -> how much: volumes, snapshots and GiB in all and, with `_<type id>` behind, of each type."""
        used = dict.fromkeys(("volumes", "gigabytes", "snapshots", "backups", "backup_gigabytes", "groups"), 0)
        with self.db.read() as c:
            for counted, ask in (("volumes", _OF_VOLUMES), ("snapshots", _OF_SNAPSHOTS)):
                for type_id, count, size in ask.rows(c, project_id=project_id):
                    for name, amount in ((counted, int(count)), ("gigabytes", int(size))):
                        used[name] += amount
                        used[f"{name}_{type_id}"] = used.get(f"{name}_{type_id}", 0) + amount
            row = _OF_BACKUPS.first(c, project_id=project_id)
            used["backups"], used["backup_gigabytes"] = int(row[0]), int(row[1])
            used["groups"] = int(_GROUPS.scalar(c, project_id=project_id) or 0)
        return used


def _of(owner: str, is_class: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return quota_limits.c.owner == owner, quota_limits.c.is_class == is_class
