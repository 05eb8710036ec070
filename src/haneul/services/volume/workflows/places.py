"""Where a volume may lie: pools, and the reason why none will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from haneul.hostapi import VolumeLimits, VolumePlace
from haneul.kit.errors import Conflict, NoCapacity, NotFound, Unavailable
from haneul.services.volume.model import BACKEND_NAME, Pool, Snapshot, Volume, VolumeType, unmet
from haneul.services.volume.parts import Parts

NO_POOL = "volume.no_pool"
VOLUME_SERVICE = "cinder-volume"


@dataclass(frozen=True)
class Request:
    """What is looked for."""

    size_gib: int
    type: VolumeType | None = None
    on_host: str = ""
    """The only host that will do: where a source lies, or a server is."""
    in_backend: str = ""
    not_in: tuple[str, str] | None = None
    """(host, backend) that will not do."""


def pools(parts: Parts) -> Sequence[Pool]:
    """Every place for volumes on the hosts that are connected."""
    allocated = parts.store.volumes.allocated()
    return [
        Pool(
            host_id=host.host_id,
            host_name=host.host_name,
            backend=room.backend,
            total_gib=room.total_gib,
            free_gib=room.free_gib,
            is_up=True,
            allocated_gib=allocated.get((host.host_id, room.backend), 0),
        )
        for host in parts.hosts.rooms()
        for room in host.rooms
    ]


def choose(parts: Parts, request: Request) -> Pool:
    """The pool with the most room that is not promised yet. Raises NoCapacity("volume.no_pool") that says why.

    Raises Unavailable("volume.host_away") while a host may be back in a moment.
    """
    candidates = list(pools(parts))
    for reason, keep in _filters(parts, request):
        kept = [pool for pool in candidates if keep(pool)]
        if not kept and parts.hosts.may_return():
            message = "A host that may have a place for the volume has lost its connection just now: ask again."
            raise Unavailable("volume.host_away", message)
        if not kept:
            raise NoCapacity(NO_POOL, f"No valid host was found for the volume: {reason}")
        candidates = kept
    return max(candidates, key=lambda pool: (_room(parts, pool), pool.name))


def _filters(parts: Parts, request: Request) -> Sequence[tuple[str, Callable[[Pool], bool]]]:
    """Why a pool will not do, and whether it will, in the order in which they are asked."""
    marks = parts.store.services.marks()
    wanted = request.type.extra_specs.get(BACKEND_NAME, "") if request.type else ""
    beyond = unmet(request.type.extra_specs) if request.type else ""

    def is_enabled(pool: Pool) -> bool:
        mark = marks.get((VOLUME_SERVICE, pool.service_host))
        return mark is None or not mark.is_disabled

    return (
        ("no host with a place for volumes is connected: look at the hosts", lambda pool: pool.is_up),
        ("the service of every place is disabled: enable one", is_enabled),
        (
            "the host that it has to be on, where its source or its server is, is away: wait until it is back",
            lambda pool: request.on_host in ("", pool.host_id),
        ),
        (
            f"no place is called {wanted or request.in_backend}, as its type asks: choose another type",
            lambda pool: wanted in ("", pool.backend) and request.in_backend in ("", pool.backend),
        ),
        (f"no place is as its type asks by {beyond}: choose another type", lambda pool: not beyond),
        (
            "the only place that would do is the one where it is: name another type or host",
            lambda pool: request.not_in != (pool.host_id, pool.backend),
        ),
        (
            f"there is no place with {request.size_gib} GiB left: ask for less or delete what is not needed",
            lambda pool: _room(parts, pool) >= request.size_gib,
        ),
    )


def _room(parts: Parts, pool: Pool) -> float:
    return pool.total_gib * parts.tuning.overcommit - pool.allocated_gib


def place_of(volume: Volume) -> VolumePlace:
    return VolumePlace(volume.backend, volume.id)


def place_of_snapshot(snapshot: Snapshot, volume: Volume) -> VolumePlace:
    """Snapshots lie beside their volume."""
    return VolumePlace(volume.backend, snapshot.id)


def host_of(volume: Volume) -> str:
    """Raises Conflict("volume.nowhere")."""
    if volume.host_id is None:
        raise Conflict("volume.nowhere", f"Volume {volume.id} lies nowhere yet: wait, or delete it and create another.")
    return volume.host_id


def pool_of(parts: Parts, name: str) -> Pool:
    """The pool that an administrator names as host@backend#pool. Raises NotFound("volume.unknown_pool")."""
    for pool in pools(parts):
        if name in (pool.name, pool.service_host):
            return pool
    raise NotFound("volume.unknown_pool", f"Host {name} could not be found: name one of the pools that are listed.")


def limits_of(parts: Parts, volume: Volume) -> VolumeLimits:
    """What the QoS specs of the volume's type let a guest do with it."""
    kind = parts.store.types.find(volume.type_id) if volume.type_id else None
    qos = parts.store.qos.find(kind.qos_id) if kind and kind.qos_id else None
    if qos is None or qos.consumer == "back-end":
        return VolumeLimits()

    def limit(name: str) -> int:
        text = qos.specs.get(f"{name}_sec", "")
        per_gib = qos.specs.get(f"{name}_sec_per_gb", "")
        return int(text) if text.isdigit() else int(per_gib) * volume.size_gib if per_gib.isdigit() else 0

    return VolumeLimits(*(limit(f"{what}_{unit}") for unit in ("bytes", "iops") for what in ("total", "read", "write")))
