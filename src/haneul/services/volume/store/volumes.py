"""Rows of volumes and snapshots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from haneul.kit.db import Database, Prepared
from haneul.kit.errors import Conflict
from haneul.services.volume.model import Snapshot, Status, Volume, may_move
from haneul.services.volume.store.rows import Rows
from haneul.services.volume.store.tables import snapshots, volumes

_ALLOCATED = Prepared(
    select(volumes.c.host_id, volumes.c.backend, func.sum(volumes.c.size_gib))
    .where(volumes.c.host_id.is_not(None))
    .group_by(volumes.c.host_id, volumes.c.backend)
)


class VolumeRows(Rows[Volume]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, volumes, Volume, "volume")

    def move(self, volume_id: str, status: Status, now: datetime, **values: Any) -> Volume:
        """The only way to a new status. Raises Conflict("volume.status"), NotFound("volume.absent")."""
        with self.db.write():
            volume = self.get(volume_id)
            if not may_move(volume.status, status):
                raise Conflict(
                    "volume.status", f"Volume {volume_id} cannot go from {volume.status} to {status}: look at it again."
                )
            self.change(volume_id, status=status, updated_at=now, **values)
            return self.get(volume_id)

    def allocated(self) -> dict[tuple[str, str], int]:
        """GiB promised in each place, by (host, backend): volumes and their snapshots."""
        sums: dict[tuple[str, str], int] = {}
        with self.db.read() as c:
            for host_id, backend, size in _ALLOCATED.rows(c):
                sums[host_id, backend] = int(size)
        return sums

    def counts(self) -> dict[tuple[str, str], int]:
        """How many volumes lie in each place, by (host, backend)."""
        wanted = select(volumes.c.host_id, volumes.c.backend, func.count()).where(volumes.c.host_id.is_not(None))
        with self.db.read() as c:
            return {
                (row[0], row[1]): row[2] for row in c.execute(wanted.group_by(volumes.c.host_id, volumes.c.backend))
            }

    def places(self) -> dict[str, tuple[str, str]]:
        """Where every volume and snapshot lies: its id -> (host, backend)."""
        own = select(volumes.c.id, volumes.c.host_id, volumes.c.backend).where(volumes.c.host_id.is_not(None))
        of_snapshots = select(snapshots.c.id, volumes.c.host_id, volumes.c.backend).join_from(
            snapshots, volumes, snapshots.c.volume_id == volumes.c.id
        )
        with self.db.read() as c:
            return {
                row[0]: (row[1], row[2]) for statement in (own, of_snapshots) for row in c.execute(statement) if row[1]
            }

    def summary(self, project_id: str | None) -> tuple[int, int]:
        """How many volumes there are, and their GiB."""
        wanted = select(func.count(), func.coalesce(func.sum(volumes.c.size_gib), 0))
        if project_id is not None:
            wanted = wanted.where(volumes.c.project_id == project_id)
        with self.db.read() as c:
            row = c.execute(wanted).one()
        return int(row[0]), int(row[1])


class SnapshotRows(Rows[Snapshot]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, snapshots, Snapshot, "snapshot")

    def give(self, volume_id: str, project_id: str, user_id: str) -> None:
        """All of the volume's belong to another project."""
        with self.db.write() as c:
            mine = update(snapshots).where(snapshots.c.volume_id == volume_id)
            c.execute(mine.values(project_id=project_id, user_id=user_id))
