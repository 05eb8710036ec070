"""A volume of a running guest exchanged for another one, which gets all its data."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.parts import Parts
from haneul.agent.verbs.ensure_volume import report
from haneul.agent.verbs.plug_volumes import volume_files
from haneul.hostapi import Event, GuestSpec, Power, VolumePlace, VolumeReport
from haneul.kit.errors import Conflict, NotFound, Unavailable

_LIVE = (Power.RUNNING, Power.PAUSED)


def swap_volume(parts: Parts, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
    """Not ready while it is copied, which goes on after this returns; asked again it says that it is done.

    Raises Conflict("guest.not_running" | "guest.swap_failed"), NotFound("volume.no_source").
    """
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is not None and _has(record.spec, new):
            return report(parts, new)
        file = parts.volumes.find(old)
        if record is None or not _has(record.spec, old) or file is None:
            raise NotFound("volume.no_source", f"The guest {server_id} has no volume {old.volume_id}: look at it again")
        if parts.hypervisor.find(server_id) not in _LIVE:
            raise Conflict("guest.not_running", f"Start the server {server_id} first: its guest is off")
        disks = volume_files(parts, _with(record.spec, old, new))
        at = [disk.place for disk in record.spec.volumes].index(old)
        work = partial(_swap, parts, server_id, (old, new), (file.path, disks[at]))
        parts.jobs.want(_job(server_id), work, partial(parts.tell, Event("guest_changed", server_id)))
    return VolumeReport(new.volume_id, is_ready=False)


def keep_volume(parts: Parts, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
    """Give up what `swap_volume` began; ready if it was too late, and the guest has the new one.

    Raises Unavailable("volume.being_swapped") until that is certain.
    """
    with parts.locks.of(server_id):
        file, record = parts.volumes.find(old), parts.journal.find(server_id)
        is_swapped = record is not None and _has(record.spec, new)
        if not is_swapped and file is not None and parts.hypervisor.find(server_id) in _LIVE:
            parts.hypervisor.give_up_swap(server_id, file.path)
    if parts.jobs.is_under_way(_job(server_id)):
        raise Unavailable("volume.being_swapped", f"Server {server_id} is still being given a volume: ask again")
    parts.jobs.forget(_job(server_id))
    record = parts.journal.find(server_id)
    return VolumeReport(new.volume_id, is_ready=record is not None and _has(record.spec, new))


def _swap(parts: Parts, server_id: str, places: tuple[VolumePlace, VolumePlace], files: tuple[Path, DiskFile]) -> None:
    """The journal says so last: until then the guest would be started again with the old one."""
    old_file, new_file = files
    parts.hypervisor.swap_disk(server_id, old_file, new_file)
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is not None:
            parts.journal.save(replace(record, spec=_with(record.spec, *places)))


def _has(spec: GuestSpec, place: VolumePlace) -> bool:
    return any(disk.place == place for disk in spec.volumes)


def _with(spec: GuestSpec, old: VolumePlace, new: VolumePlace) -> GuestSpec:
    return replace(
        spec, volumes=tuple(replace(disk, place=new) if disk.place == old else disk for disk in spec.volumes)
    )


def _job(server_id: str) -> str:
    return f"swap a volume of {server_id}"
