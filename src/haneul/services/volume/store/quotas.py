"""Rows of quota limits, and what projects use: counted, never kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, func, insert, select

from haneul.kit.db import Database
from haneul.services.volume.store.tables import backups, groups, quota_limits, snapshots, volumes


class QuotaStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def limits(self, owner: str, *, is_class: bool = False) -> dict[str, int]:
        """Those set for the project, or for the class of that name."""
        wanted = select(quota_limits.c.resource, quota_limits.c.hard_limit)
        with self.db.read() as c:
            return {row[0]: row[1] for row in c.execute(wanted.where(*_of(owner, is_class)))}

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
        of_volumes = (
            select(volumes.c.type_id, func.count(), func.sum(volumes.c.size_gib))
            .where(volumes.c.project_id == project_id, volumes.c.consumes_quota)
            .group_by(volumes.c.type_id)
        )
        of_snapshots = (
            select(volumes.c.type_id, func.count(), func.sum(snapshots.c.size_gib))
            .join_from(snapshots, volumes, snapshots.c.volume_id == volumes.c.id)
            .where(snapshots.c.project_id == project_id, snapshots.c.consumes_quota)
            .group_by(volumes.c.type_id)
        )
        of_backups = select(func.count(), func.coalesce(func.sum(backups.c.size_gib), 0)).where(
            backups.c.project_id == project_id
        )
        with self.db.read() as c:
            for counted, statement in (("volumes", of_volumes), ("snapshots", of_snapshots)):
                for type_id, count, size in c.execute(statement):
                    for name, amount in ((counted, int(count)), ("gigabytes", int(size))):
                        used[name] += amount
                        used[f"{name}_{type_id}"] = used.get(f"{name}_{type_id}", 0) + amount
            row = c.execute(of_backups).one()
            used["backups"], used["backup_gigabytes"] = int(row[0]), int(row[1])
            wanted = select(func.count()).select_from(groups).where(groups.c.project_id == project_id)
            used["groups"] = int(c.scalar(wanted) or 0)
        return used


def _of(owner: str, is_class: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return quota_limits.c.owner == owner, quota_limits.c.is_class == is_class
