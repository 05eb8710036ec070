"""What a caller may ask of backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.volume.model import FAILED, Backup, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import (
    EVERYTHING,
    Listed,
    ListWish,
    Verbs,
    asked_by,
    check_metadata,
    require_status,
)
from haneul.services.volume.verbs.creating import CreatingVerbs, NewVolume
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.workflows.backups import back_up_volume, delete_backup, restore_backup


@dataclass(frozen=True)
class NewBackup:
    volume_id: str
    name: str | None = None
    description: str | None = None
    container: str | None = None
    snapshot_id: str | None = None
    is_incremental: bool = False
    force: bool = False
    """Also of a volume that a server has."""
    metadata: Mapping[str, str] = field(default_factory=dict)


class Backups(Verbs):
    def create(self, caller: Caller, new: NewBackup) -> Backup:
        """Of the data as they are when the host begins to copy. Raises Invalid("backup.no_parent")."""
        check_metadata(new.metadata)
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, new.volume_id, "backup:create")
            if new.snapshot_id is None:
                allowed = {Status.AVAILABLE, Status.IN_USE} if new.force else {Status.AVAILABLE}
                require_status("volume", volume, "back it up", allowed)
            else:
                self._require_snapshot(caller, volume, new.snapshot_id)
                require_status("volume", volume, "back it up", {Status.AVAILABLE, Status.IN_USE})
            backup = self._planned(caller, volume, new)
            more = {"backups": 1, "backup_gigabytes": backup.size_gib}
            require_room(self._store, backup.project_id, None, more)
            self._store.backups.add(backup)
            self._store.volumes.move(volume.id, Status.BACKING_UP, self._parts.clock.now())
            args = (backup.id, volume.id, volume.status, asked_by(caller))
            self._parts.runs.submit(back_up_volume, volume.id, *args)
        return backup

    def _require_snapshot(self, caller: Caller, volume: Volume, snapshot_id: str) -> None:
        snapshot = self._own(caller, self._store.snapshots, snapshot_id, "volume:get_snapshot")
        if snapshot.volume_id != volume.id:
            raise Invalid(
                "backup.other_volume", f"Snapshot {snapshot_id} is not of volume {volume.id}: name one that is."
            )
        require_status("snapshot", snapshot, "back it up", {Status.AVAILABLE})

    def _planned(self, caller: Caller, volume: Volume, new: NewBackup) -> Backup:
        now = self._parts.clock.now()
        parent = self._newest(volume.id, caller.project_id) if new.is_incremental else None
        if new.is_incremental and parent is None:
            message = f"There is no backup of yours of volume {volume.id} to build on: make a full one first."
            raise Invalid("backup.no_parent", message)
        snapshot = self._store.snapshots.get(new.snapshot_id) if new.snapshot_id else None
        return Backup(
            id=new_uuid(),
            volume_id=volume.id,
            project_id=caller.project_id,
            user_id=caller.user_id,
            status=Status.CREATING,
            size_gib=volume.size_gib if snapshot is None else snapshot.size_gib,
            created_at=now,
            updated_at=now,
            data_at=now if snapshot is None else snapshot.created_at,
            name=new.name,
            description=new.description,
            container=new.container or "volume_backups",
            zone=self._parts.tuning.zone,
            snapshot_id=new.snapshot_id,
            is_incremental=new.is_incremental,
            parent_id=None if parent is None else parent.id,
            metadata=dict(new.metadata),
        )

    def _newest(self, volume_id: str, project_id: str) -> Backup | None:
        """Of the project's own: another's may be deleted without it."""
        mine = {"volume_id": volume_id, "project_id": project_id, "status": Status.AVAILABLE.value}
        done = self._store.backups.list(Wanted(mine))
        return max(done, key=lambda backup: backup.data_at, default=None)

    def get(self, caller: Caller, backup_id: str) -> Backup:
        """Raises NotFound("backup.absent")."""
        return self._own(caller, self._store.backups, backup_id, "backup:get")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.backups, "backup:get_all", wish)

    def has_dependents(self, backups: Sequence[str]) -> set[str]:
        """Which of them incremental backups build on."""
        children = self._store.backups.list(Wanted({"parent_id": tuple(backups)})) if backups else ()
        return {child.parent_id for child in children if child.parent_id}

    def update(self, caller: Caller, backup_id: str, changes: Mapping[str, object]) -> Backup:
        """`changes`: name, description, metadata."""
        with self._parts.db.write():
            self._own(caller, self._store.backups, backup_id, "backup:update")
            self._store.backups.change(backup_id, updated_at=self._parts.clock.now(), **changes)
        return self._store.backups.get(backup_id)

    def delete(self, caller: Caller, backup_id: str, *, force: bool = False) -> None:
        """Raises Conflict("backup.has_children") while incremental ones build on it."""
        rule = "volume_extension:backup_admin_actions:force_delete" if force else "backup:delete"
        with self._parts.db.write():
            backup = self._own(caller, self._store.backups, backup_id, rule)
            if not force:
                require_status("backup", backup, "delete it", FAILED | {Status.AVAILABLE})
            if self.has_dependents([backup_id]):
                message = f"Incremental backups build on backup {backup_id}: delete those first."
                raise Conflict("backup.wrong_status", message)
            self._store.backups.change(backup_id, status=Status.DELETING)
            self._parts.runs.supersede(delete_backup, backup_id, backup_id, asked_by(caller))

    def restore(self, caller: Caller, backup_id: str, volume_id: str | None, name: str | None) -> Volume:
        """Into that volume, which loses what it held; without one into a new one, with the metadata of the first."""
        with self._parts.db.write():
            backup = self._own(caller, self._store.backups, backup_id, "backup:restore")
            require_status("backup", backup, "restore it", {Status.AVAILABLE})
            self._store.backups.change(backup_id, status=Status.RESTORED_FROM)
            if volume_id is None:
                source = self._store.volumes.find(backup.volume_id)
                kept = source.metadata if source is not None and source.project_id == backup.project_id else {}
                wish = NewVolume(name=name or f"restore_backup_{backup_id}", backup_id=backup_id, metadata=kept)
                return CreatingVerbs(self._parts).create(caller, wish)
            volume = self._own(caller, self._store.volumes, volume_id, "backup:restore")
            require_status("volume", volume, "restore to it", {Status.AVAILABLE, Status.ERROR_RESTORING})
            if volume.size_gib < backup.size_gib:
                message = f"volume size {volume.size_gib} is too small to restore backup of size {backup.size_gib}."
                raise Invalid("backup.too_large", message)
            moved = self._store.volumes.move(volume_id, Status.RESTORING, self._parts.clock.now())
            self._parts.runs.submit(restore_backup, volume_id, volume_id, backup_id, asked_by(caller))
            return moved

    def reset_status(self, caller: Caller, backup_id: str, status: str) -> None:
        """Declare it to be available or in error."""
        rule = "volume_extension:backup_admin_actions:reset_status"
        self._own(caller, self._store.backups, backup_id, rule)
        self._store.backups.change(backup_id, status=Status(status), updated_at=self._parts.clock.now())
