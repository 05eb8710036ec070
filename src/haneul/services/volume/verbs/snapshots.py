"""What a caller may ask of snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from haneul.hostapi import VolumePlace
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.volume.model import FAILED, Snapshot, Status, Volume
from haneul.services.volume.verbs.admin import UNMANAGED_SNAPSHOT, Manageable, require_name
from haneul.services.volume.verbs.base import (
    EVERYTHING,
    Listed,
    ListWish,
    Verbs,
    asked_by,
    check_metadata,
    require_status,
)
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.workflows.places import host_of, pool_of
from haneul.services.volume.workflows.snapshots import create_snapshot, delete_snapshot

DELETABLE = frozenset({Status.AVAILABLE}) | FAILED


@dataclass(frozen=True)
class NewSnapshot:
    volume_id: str
    name: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    force: bool = False
    """Also of a volume that a server has."""
    file: str = ""
    """Of one that is adopted: the file that it is."""


class Snapshots(Verbs):
    def create(self, caller: Caller, new: NewSnapshot) -> Snapshot:
        """Taken at the moment in which its host begins to copy; being copied when this returns."""
        check_metadata(new.metadata)
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, new.volume_id, "volume:create_snapshot")
            allowed = {Status.AVAILABLE, Status.IN_USE} if new.force else {Status.AVAILABLE}
            require_status("volume", volume, "snapshot it", allowed)
            snapshot = self._planned(caller, volume, new, Status.CREATING)
            kind = self._store.types.find(volume.type_id) if volume.type_id else None
            more = {"snapshots": 1, "gigabytes": snapshot.size_gib}
            require_room(self._store, snapshot.project_id, kind, more)
            self._store.snapshots.add(snapshot)
            self._parts.runs.submit(create_snapshot, snapshot.id, snapshot.id, asked_by(caller))
        return snapshot

    def get(self, caller: Caller, snapshot_id: str) -> Snapshot:
        """Raises NotFound("snapshot.absent")."""
        return self._own(caller, self._store.snapshots, snapshot_id, "volume:get_snapshot")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.snapshots, "volume:get_all_snapshots", wish)

    def update(self, caller: Caller, snapshot_id: str, changes: Mapping[str, str | None]) -> Snapshot:
        """`changes`: name, description."""
        with self._parts.db.write():
            self._own(caller, self._store.snapshots, snapshot_id, "volume:update_snapshot")
            self._store.snapshots.change(snapshot_id, updated_at=self._parts.clock.now(), **changes)
        return self._store.snapshots.get(snapshot_id)

    def delete(self, caller: Caller, snapshot_id: str, *, force: bool = False) -> None:
        """Raises Conflict while it is busy, unless forced."""
        rule = "volume_extension:snapshot_admin_actions:force_delete" if force else "volume:delete_snapshot"
        with self._parts.db.write():
            snapshot = self._own(caller, self._store.snapshots, snapshot_id, rule)
            if snapshot.status is Status.DELETING and not force:
                return
            if not force:
                require_status("snapshot", snapshot, "delete it", DELETABLE)
            if snapshot.group_snapshot_id is not None and not force:
                message = f"Snapshot {snapshot_id} is part of group snapshot {snapshot.group_snapshot_id}: delete that."
                raise Conflict("snapshot.wrong_status", message)
            self._store.snapshots.change(snapshot_id, status=Status.DELETING, updated_at=self._parts.clock.now())
            self._parts.runs.supersede(delete_snapshot, snapshot_id, snapshot_id, asked_by(caller))

    def are_taken(self, snapshot_ids: Sequence[str]) -> bool:
        """For services above: all are there to be used. Raises Conflict("image.no_snapshot") if one never will be."""
        found = self._store.snapshots.by_id(list(snapshot_ids))
        bad = [each for each in snapshot_ids if each not in found or found[each].status in FAILED]
        if bad:
            raise Conflict("image.no_snapshot", f"Snapshot {bad[0]} of a volume could not be taken: ask for another.")
        return all(found[each].status is Status.AVAILABLE for each in snapshot_ids)

    def remove_unused(self, snapshot_id: str) -> None:
        """For services above: one that nobody asked for by itself; fine if it is gone."""
        if self._store.snapshots.find(snapshot_id) is not None:
            self.delete(INTERNAL, snapshot_id, force=True)

    def reset_status(self, caller: Caller, snapshot_id: str, status: str) -> None:
        """Declare it to be in a status: nothing else changes."""
        rule = "volume_extension:snapshot_admin_actions:reset_status"
        self._own(caller, self._store.snapshots, snapshot_id, rule)
        self._store.snapshots.change(snapshot_id, status=Status(status), updated_at=self._parts.clock.now())

    def report(self, caller: Caller, snapshot_id: str, status: str, progress: str | None) -> None:
        """Whoever copies for the cloud tells how far it is. Raises Conflict for a status that does not follow."""
        with self._parts.db.write():
            rule = "volume_extension:snapshot_actions:update_snapshot_status"
            snapshot = self._own(caller, self._store.snapshots, snapshot_id, rule)
            following = {"creating": ("creating", "available", "error"), "deleting": ("deleting", "error_deleting")}
            if status not in following.get(snapshot.status.value, ()):
                message = f"Snapshot status {snapshot.status} not allowed for update_snapshot_status: look at it again."
                raise Conflict("snapshot.wrong_status", message)
            values = {} if progress is None else {"progress": progress}
            self._store.snapshots.change(snapshot_id, status=Status(status), **values)

    def set_metadata(
        self, caller: Caller, snapshot_id: str, metadata: Mapping[str, str], *, is_whole: bool
    ) -> Mapping[str, str]:
        """Add to it, or replace the whole."""
        check_metadata(metadata)
        with self._parts.db.write():
            snapshot = self._own(caller, self._store.snapshots, snapshot_id, "volume:update_snapshot_metadata")
            merged = dict(metadata) if is_whole else {**snapshot.metadata, **metadata}
            self._store.snapshots.change(snapshot_id, metadata=merged, updated_at=self._parts.clock.now())
        return merged

    def metadata(self, caller: Caller, snapshot_id: str) -> Mapping[str, str]:
        return self._own(caller, self._store.snapshots, snapshot_id, "volume:get_snapshot_metadata").metadata

    def remove_metadata(self, caller: Caller, snapshot_id: str, key: str) -> None:
        """Raises NotFound("snapshot.no_metadata")."""
        with self._parts.db.write():
            snapshot = self._own(caller, self._store.snapshots, snapshot_id, "volume:delete_snapshot_metadata")
            if key not in snapshot.metadata:
                raise NotFound("snapshot.no_metadata", f"Snapshot {snapshot_id} has no metadata with key {key}.")
            kept = {name: value for name, value in snapshot.metadata.items() if name != key}
            self._store.snapshots.change(snapshot_id, metadata=kept)

    # Adopting and letting go.

    def manageable(self, caller: Caller, pool_name: str) -> Sequence[Manageable]:
        """Every snapshot in the place, those of the cloud included."""
        self._require(caller, "snapshot_extension:list_manageable")
        pool = pool_of(self._parts, pool_name)
        rooms = [
            room
            for host in self._parts.hosts.rooms()
            for room in host.rooms
            if (host.host_id, room.backend) == (pool.host_id, pool.backend)
        ]
        names = [pair for room in rooms for pair in zip(room.names, room.sizes_gib, strict=True)]
        known = self._store.snapshots.by_id([name for name, _ in names])
        return [
            Manageable(name, size, False, "already managed", name, known[name].volume_id)
            if name in known
            else Manageable(name, size, True)
            for name, size in names
            if name in known or name.startswith(UNMANAGED_SNAPSHOT)
        ]

    def manage(self, caller: Caller, new: NewSnapshot) -> Snapshot:
        """A file beside the volume becomes a snapshot of it."""
        self._require(caller, "snapshot_extension:snapshot_manage")
        require_name(new.file)
        volume = self._own(caller, self._store.volumes, new.volume_id, "volume:get")
        snapshot = self._planned(caller, volume, new, Status.AVAILABLE)
        kind = self._store.types.find(volume.type_id) if volume.type_id else None
        require_room(self._store, volume.project_id, kind, {"snapshots": 1, "gigabytes": snapshot.size_gib})
        try:
            self._parts.hosts.rename_volume(host_of(volume), VolumePlace(volume.backend, new.file), snapshot.id)
        except NotFound as error:
            message = f"There is no file {new.file} beside volume {volume.id}: list what is manageable."
            raise Invalid("snapshot.no_file", message) from error
        self._store.snapshots.add(snapshot)
        return snapshot

    def unmanage(self, caller: Caller, snapshot_id: str) -> None:
        """The cloud forgets it; its file stays, as _snapshot-<id>."""
        snapshot = self._own(caller, self._store.snapshots, snapshot_id, "snapshot_extension:snapshot_unmanage")
        require_status("snapshot", snapshot, "unmanage it", {Status.AVAILABLE, Status.ERROR})
        volume = self._store.volumes.get(snapshot.volume_id)
        place = VolumePlace(volume.backend, snapshot.id)
        self._parts.hosts.rename_volume(host_of(volume), place, f"{UNMANAGED_SNAPSHOT}{snapshot.id}")
        self._store.snapshots.remove(snapshot_id)

    def _planned(self, caller: Caller, volume: Volume, new: NewSnapshot, status: Status) -> Snapshot:
        now = self._parts.clock.now()
        return Snapshot(
            id=new_uuid(),
            volume_id=volume.id,
            project_id=volume.project_id,
            user_id=caller.user_id,
            status=status,
            size_gib=volume.size_gib,
            created_at=now,
            updated_at=now,
            name=new.name,
            description=new.description,
            metadata=dict(new.metadata),
            progress="100%" if status is Status.AVAILABLE else "0%",
        )
