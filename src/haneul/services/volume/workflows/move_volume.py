"""A volume moves to another place: of the same host, or of another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from haneul.hostapi import StreamSource, VolumePlace, VolumeSpec
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import Wanted
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.delete_volume import removed_from
from haneul.services.volume.workflows.failures import volume_failed
from haneul.services.volume.workflows.streams import volume_stream

DEADLINE_S = 3600.0
MIGRATING, MIGRATED, NOT_MIGRATED = "migrating", "success", "error"


@dataclass(frozen=True)
class Move:
    """From where to where, and as what."""

    from_host: str
    from_backend: str
    to_host: str
    to_backend: str
    carrier_id: str
    """What the copy is called that travels between hosts."""
    type_id: str | None = None
    """Its type from then on; None: the one that it has."""


@workflow
def move_volume(run: Run, volume_id: str, move: Move, asked_by: AskedBy) -> None:
    run.on_failure(mark_unmoved, volume_id, move, asked_by)
    run.on_failure(original_gone, volume_id, move)
    run.wait(ready_to_travel, volume_id, move, deadline_s=DEADLINE_S, undo=carrier_gone)
    run.wait(copy_arrived, volume_id, move, deadline_s=DEADLINE_S, undo=copy_gone)
    run.step(remove_carrier, volume_id, move)
    run.step(switch_over, volume_id, move)
    run.step(remove_original, volume_id, move)
    run.step(mark_moved, volume_id)


def ready_to_travel(parts: Parts, volume_id: str, move: Move) -> bool:
    """Between hosts its bytes are laid out to be read in pieces."""
    if move.from_host == move.to_host:
        return True
    size_gib = parts.store.volumes.get(volume_id).size_gib
    origin = VolumePlace(move.from_backend, volume_id)
    spec = VolumeSpec(VolumePlace(move.from_backend, move.carrier_id), size_gib, copy_of=origin, is_raw=True)
    return parts.hosts.ensure_volume(move.from_host, spec).is_ready


def carrier_gone(parts: Parts, volume_id: str, move: Move) -> None:
    if move.from_host != move.to_host:
        removed_from(parts, move.from_host, VolumePlace(move.from_backend, move.carrier_id))


def copy_arrived(parts: Parts, volume_id: str, move: Move) -> bool:
    volume = parts.store.volumes.get(volume_id)
    spec = VolumeSpec(VolumePlace(move.to_backend, volume_id), volume.size_gib, is_raw=volume.is_multiattach)
    if move.from_host == move.to_host:
        spec = replace(spec, copy_of=VolumePlace(move.from_backend, volume_id))
    else:
        name = volume_stream(move.from_host, VolumePlace(move.from_backend, move.carrier_id))
        spec = replace(spec, stream=StreamSource(name, volume.size_gib * 1024**3))
    return parts.hosts.ensure_volume(move.to_host, spec).is_ready


def copy_gone(parts: Parts, volume_id: str, move: Move) -> None:
    """Not once the volume lies there."""
    if not _has_moved(parts, volume_id, move):
        removed_from(parts, move.to_host, VolumePlace(move.to_backend, volume_id))


def remove_carrier(parts: Parts, volume_id: str, move: Move) -> None:
    """No undo: it was a copy."""
    carrier_gone(parts, volume_id, move)


def switch_over(parts: Parts, volume_id: str, move: Move) -> None:
    """No undo: from here on the copy is the volume, and what fails afterwards does not change that."""
    kind = None if move.type_id is None else parts.store.types.find(move.type_id)
    values = {} if kind is None else {"type_id": kind.id, "is_multiattach": kind.claims("multiattach")}
    parts.store.volumes.change(volume_id, host_id=move.to_host, backend=move.to_backend, **values)


def remove_original(parts: Parts, volume_id: str, move: Move) -> None:
    """No undo: the copy is the volume."""
    removed_from(parts, move.from_host, VolumePlace(move.from_backend, volume_id))


def mark_moved(parts: Parts, volume_id: str) -> None:
    """Once that is said, others are at work on it: said again, it changes nothing."""
    with parts.db.write():
        if parts.store.volumes.get(volume_id).migration_status != MIGRATING:
            return
        now = parts.clock.now()
        parts.store.volumes.change(volume_id, migration_status=MIGRATED)
        parts.store.volumes.move(volume_id, _at_rest(parts, volume_id), now)


def original_gone(parts: Parts, volume_id: str, move: Move, fault: Fault) -> None:
    """What failed after the volume had moved leaves its original to be removed."""
    if _has_moved(parts, volume_id, move):
        removed_from(parts, move.from_host, VolumePlace(move.from_backend, volume_id))


def _has_moved(parts: Parts, volume_id: str, move: Move) -> bool:
    volume = parts.store.volumes.find(volume_id)
    return volume is not None and (volume.host_id, volume.backend) == (move.to_host, move.to_backend)


def mark_unmoved(parts: Parts, volume_id: str, move: Move, asked_by: AskedBy, fault: Fault) -> None:
    """It is where it was, and at rest; or moved all the same. Once that is said, others are at work on it."""
    with parts.db.write():
        volume = parts.store.volumes.find(volume_id)
        if volume is None or volume.migration_status != MIGRATING:
            return
        status = _at_rest(parts, volume_id)
        if _has_moved(parts, volume_id, move):
            parts.store.volumes.change(volume_id, status=status, migration_status=MIGRATED)
            return
        volume_failed(parts, volume_id, asked_by, fault, status=status, migration_status=NOT_MIGRATED)


def _at_rest(parts: Parts, volume_id: str) -> Status:
    """A volume that moved to a server is reserved for it."""
    is_awaited = parts.store.attachments.count(Wanted({"volume_id": volume_id})) > 0
    return Status.RESERVED if is_awaited else Status.AVAILABLE
