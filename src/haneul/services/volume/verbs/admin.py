"""What administrators do to volumes: move them, declare their status, adopt and let go of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haneul.hostapi import VolumePlace
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.volume.model import BACKEND_NAME, Pool, Status, Volume, VolumeType
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import Verbs, asked_by, require_status
from haneul.services.volume.verbs.limits import require_room, require_room_of_type
from haneul.services.volume.verbs.types import chosen_type
from haneul.services.volume.workflows.move_volume import MIGRATING, Move, move_volume
from haneul.services.volume.workflows.places import Request, choose, host_of, pool_of

UNMANAGED_VOLUME, UNMANAGED_SNAPSHOT = "volume-", "_snapshot-"
"""What the names of files begin with that nobody looks after."""
NEVER, ON_DEMAND = "never", "on-demand"


@dataclass(frozen=True)
class Manageable:
    """A file in a place, and whether it may be adopted."""

    name: str
    size_gib: int
    safe_to_manage: bool
    reason: str | None = None
    cinder_id: str | None = None
    source: str | None = None
    """Of a snapshot: the volume that it is of."""


@dataclass(frozen=True)
class Adoption:
    """A file that shall be a volume."""

    pool: str
    file: str
    name: str | None = None
    description: str | None = None
    type: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    is_bootable: bool = False


def require_name(file: str) -> None:
    """Raises Invalid("volume.bad_reference") unless it may be that of a file in a place."""
    if not file or "/" in file or file.startswith("."):
        raise Invalid("volume.bad_reference", "Reference to the existing file must be {'source-name': its name}.")


class AdminVerbs(Verbs):
    def migrate(self, caller: Caller, volume_id: str, pool_name: str) -> None:
        """To a place that the administrator names. Raises Conflict while it is attached or has snapshots."""
        with self._parts.db.write():
            rule = "volume_extension:volume_admin_actions:migrate_volume"
            volume = self._own(caller, self._store.volumes, volume_id, rule)
            pool = pool_of(self._parts, pool_name)
            if (pool.host_id, pool.backend) == (volume.host_id, volume.backend):
                raise Invalid("volume.same_place", f"Volume {volume_id} lies in {pool_name} already: name another.")
            self._require_movable(volume, "migrate")
            self._move(caller, volume, pool, None, Status.MAINTENANCE)

    def retype(self, caller: Caller, volume_id: str, type_name: str, policy: str) -> None:
        """Give it another type; where that means another place, it moves if `policy` is on-demand."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:retype")
            require_status("volume", volume, "retype it", {Status.AVAILABLE, Status.IN_USE})
            kind = chosen_type(self._store, caller, type_name)
            if kind.id == volume.type_id:
                raise Invalid("volume.same_type", f"Volume {volume_id} is of type {kind.name} already: name another.")
            self._require_compatible(volume, kind)
            require_room_of_type(self._store, volume.project_id, kind, {"volumes": 1, "gigabytes": volume.size_gib})
            wanted = kind.extra_specs.get(BACKEND_NAME, "")
            if wanted in ("", volume.backend):
                values = {"type_id": kind.id, "is_multiattach": kind.claims("multiattach")}
                self._store.volumes.change(volume_id, updated_at=self._parts.clock.now(), **values)
                return
            if policy != ON_DEMAND:
                message = f"Type {kind.name} is of another place: retype with the migration policy on-demand."
                raise Conflict("volume.needs_migration", message)
            self._require_movable(volume, "retype")
            pool = choose(self._parts, Request(volume.size_gib, kind))
            self._move(caller, volume, pool, kind, Status.RETYPING)

    def reset_status(
        self, caller: Caller, volume_id: str, status: str | None, *, is_detached: bool, forget_move: bool
    ) -> None:
        """Declare it to be in a status: nothing else changes. A run that works on it is cancelled."""
        with self._parts.db.write():
            rule = "volume_extension:volume_admin_actions:reset_status"
            volume = self._own(caller, self._store.volumes, volume_id, rule)
            values: dict[str, object] = {} if status is None else {"status": Status(status)}
            if forget_move:
                values["migration_status"] = None
            if is_detached:
                for attachment in self._store.attachments.list(Wanted({"volume_id": volume.id})):
                    self._store.attachments.remove(attachment.id)
            if status in (Status.AVAILABLE, Status.ERROR):
                self._parts.runs.cancel(volume.id)
            self._store.volumes.change(volume.id, updated_at=self._parts.clock.now(), **values)

    def _require_compatible(self, volume: Volume, kind: VolumeType) -> None:
        if kind.encryption is not None:
            raise Invalid("volume.no_encryption", f"Volume type {kind.name} asks for encryption: choose another type.")
        if volume.status is Status.IN_USE and kind.claims("multiattach") != volume.is_multiattach:
            message = f"Detach volume {volume.id} first: its new type differs in multiattach."
            raise Conflict("volume.wrong_status", message)

    def _require_movable(self, volume: Volume, action: str) -> None:
        require_status("volume", volume, f"{action} it", {Status.AVAILABLE})
        if self._store.snapshots.count(Wanted({"volume_id": volume.id})):
            message = f"Volume {volume.id} has snapshots, which do not move: delete them first."
            raise Conflict("volume.has_snapshots", message)
        if volume.group_id is not None:
            raise Conflict("volume.in_group", f"Volume {volume.id} is in a group: take it out first.")

    def _move(self, caller: Caller, volume: Volume, pool: Pool, kind: VolumeType | None, status: Status) -> None:
        move = Move(
            host_of(volume), volume.backend, pool.host_id, pool.backend, new_uuid(), None if kind is None else kind.id
        )
        self._store.volumes.move(volume.id, status, self._parts.clock.now(), migration_status=MIGRATING)
        self._parts.runs.submit(move_volume, volume.id, volume.id, move, asked_by(caller))

    # Adopting and letting go.

    def manageable(self, caller: Caller, pool_name: str) -> Sequence[Manageable]:
        """Everything in the place, volumes of the cloud included."""
        self._require(caller, "volume_extension:list_manageable")
        pool = pool_of(self._parts, pool_name)
        known = {volume.id for volume in self._store.volumes.list(Wanted({"host_id": pool.host_id}))}
        snapshots = set(self._store.volumes.places()) - known
        found = []
        for name, size_gib in self._files(pool):
            if name in known:
                found.append(Manageable(f"volume-{name}", size_gib, False, "already managed", name))
            elif name not in snapshots and not name.startswith(UNMANAGED_SNAPSHOT):
                found.append(Manageable(name, size_gib, True))
        return found

    def manage(self, caller: Caller, wish: Adoption) -> Volume:
        """The file becomes a volume of the caller's. Raises NotFound("volume.no_file"), OverQuota."""
        self._require(caller, "volume_extension:volume_manage")
        require_name(wish.file)
        pool = pool_of(self._parts, wish.pool)
        kind = chosen_type(self._store, caller, wish.type)
        sizes = dict(self._files(pool))
        if wish.file not in sizes or wish.file in self._store.volumes.places():
            message = f"There is no file {wish.file} in {wish.pool} that nobody looks after: list what is manageable."
            raise Invalid("volume.no_file", message)
        now = self._parts.clock.now()
        volume = Volume(
            id=new_uuid(),
            project_id=caller.project_id,
            user_id=caller.user_id,
            status=Status.AVAILABLE,
            size_gib=sizes[wish.file],
            created_at=now,
            updated_at=now,
            name=wish.name,
            description=wish.description,
            type_id=kind.id,
            zone=self._parts.tuning.zone,
            host_id=pool.host_id,
            backend=pool.backend,
            is_bootable=wish.is_bootable,
            is_multiattach=kind.claims("multiattach"),
            metadata=dict(wish.metadata),
        )
        require_room(self._store, caller.project_id, kind, {"volumes": 1, "gigabytes": volume.size_gib})
        self._parts.hosts.rename_volume(pool.host_id, VolumePlace(pool.backend, wish.file), volume.id)
        self._store.volumes.add(volume)
        return volume

    def unmanage(self, caller: Caller, volume_id: str) -> None:
        """The cloud forgets it; its file stays, as volume-<id>."""
        volume = self._own(caller, self._store.volumes, volume_id, "volume_extension:volume_unmanage")
        require_status("volume", volume, "unmanage it", {Status.AVAILABLE, Status.ERROR})
        if self._store.snapshots.count(Wanted({"volume_id": volume.id})):
            raise Conflict("volume.wrong_status", f"Volume {volume_id} has snapshots: unmanage or delete them first.")
        if volume.host_id is not None:
            place = VolumePlace(volume.backend, volume.id)
            self._parts.hosts.rename_volume(volume.host_id, place, f"{UNMANAGED_VOLUME}{volume.id}")
        self._store.volumes.remove(volume.id)

    def _files(self, pool: Pool) -> Sequence[tuple[str, int]]:
        for host in self._parts.hosts.rooms():
            for room in host.rooms:
                if (host.host_id, room.backend) == (pool.host_id, pool.backend):
                    return list(zip(room.names, room.sizes_gib, strict=True))
        raise NotFound("volume.unknown_pool", f"Pool {pool.name} is not there: list the pools.")
