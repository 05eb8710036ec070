"""A volume that is there, begun as what it should begin as, and large enough."""

from __future__ import annotations

from functools import partial

from haneul.agent.drivers.volume.base import VolumeFile
from haneul.agent.parts import Parts
from haneul.hostapi import Power, VolumePlace, VolumeReport, VolumeSpec
from haneul.kit.errors import Conflict, NotFound

_GIB = 1024**3
_ALIVE = (Power.RUNNING, Power.PAUSED)


def ensure_volume(parts: Parts, spec: VolumeSpec) -> VolumeReport:
    """Not ready while it is filled, which goes on after this returns; grown where it is smaller."""
    place = spec.place
    with parts.locks.of(place.volume_id):
        file = parts.volumes.find(place)
        if file is not None and not parts.copies.is_under_way(place):
            parts.copies.forget(place)
            _grow(parts, spec, file)
            return report(parts, place)
        if spec.image is None and spec.copy_of is None and spec.stream is None:
            parts.volumes.create(spec)
            return report(parts, place)
        if spec.image is not None and not parts.disks.has_base(spec.image):
            parts.images.want(spec.image, place.volume_id)
            return VolumeReport(place.volume_id, is_ready=False)
        if parts.copies.want(place, partial(fill, parts, spec)):
            return report(parts, place)
        return VolumeReport(place.volume_id, is_ready=False)


def revert_volume(parts: Parts, spec: VolumeSpec) -> VolumeReport:
    """Filled anew. Raises Conflict("disk.in_use") while a guest runs on it."""
    for guest in running_guests(parts, spec.place):
        raise Conflict("disk.in_use", f"Stop the server {guest} first: its guest runs on volume {spec.place.volume_id}")
    if spec.image is not None and not parts.disks.has_base(spec.image):
        parts.images.want(spec.image, spec.place.volume_id)
        return VolumeReport(spec.place.volume_id, is_ready=False)
    if parts.copies.want(spec.place, partial(fill, parts, spec)):
        return report(parts, spec.place)
    return VolumeReport(spec.place.volume_id, is_ready=False)


def fill(parts: Parts, spec: VolumeSpec) -> None:
    """Raises NotFound("volume.no_source") when what it is to be copied from is gone."""
    if spec.image is not None:
        base = parts.disks.base(spec.image)
        parts.volumes.fill_from_file(spec, base, base.suffix.removeprefix("."))
    elif spec.stream is not None:
        parts.volumes.fill_from_stream(spec, partial(parts.read_stream, spec.stream.name))
    elif spec.copy_of is not None:
        _copy(parts, spec, spec.copy_of)


def _copy(parts: Parts, spec: VolumeSpec, origin: VolumePlace) -> None:
    """As it is at one moment: by the hypervisor where a guest writes to it, else under its lock.

    Raises Conflict("volume.many_writers") where several do: each one's hypervisor sees its own writes only.
    """
    with parts.locks.of(origin.volume_id):
        source = parts.volumes.find(origin)
        if source is None:
            raise NotFound("volume.no_source", f"This host has no {origin.volume_id} in {origin.backend}: it is gone")
        guests = running_guests(parts, origin)
        if not guests:
            parts.volumes.fill_from_file(spec, source.path, source.format)
            return
        if len(guests) > 1:
            message = (
                f"Detach volume {origin.volume_id} from all servers but one first: {len(guests)} guests write to it"
            )
            raise Conflict("volume.many_writers", message)
        parts.hypervisor.copy_disk(guests[0], source.path, parts.volumes.scratch(spec))
        parts.volumes.adopt_scratch(spec)


def _grow(parts: Parts, spec: VolumeSpec, file: VolumeFile) -> None:
    wanted = spec.size_gib * _GIB
    if file.virtual_bytes >= wanted or file.format not in ("qcow2", "raw"):
        return
    guests = running_guests(parts, spec.place)
    for guest in guests:
        parts.hypervisor.grow_disk(guest, file.path, wanted)
    if not guests:
        parts.volumes.grow(spec.place, spec.size_gib)


def running_guests(parts: Parts, place: VolumePlace) -> list[str]:
    """The servers whose guests run with the volume in them."""
    records = [record for record in parts.journal.list() if any(disk.place == place for disk in record.spec.volumes)]
    ids = [record.spec.server_id for record in records]
    return [server_id for server_id in ids if parts.hypervisor.find(server_id) in _ALIVE]


def report(parts: Parts, place: VolumePlace) -> VolumeReport:
    file = parts.volumes.find(place)
    if file is None:
        raise NotFound("volume.no_source", f"This host has no {place.volume_id} in {place.backend}: it is gone")
    return VolumeReport(place.volume_id, True, file.size_bytes, -(-file.virtual_bytes // _GIB))
