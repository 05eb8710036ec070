"""Volumes that go, are called otherwise, and are read."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.agent.verbs.ensure_volume import report
from haneul.hostapi import VolumePlace, VolumeReport, VolumeRoom
from haneul.kit.errors import Conflict, Unavailable


def remove_volume(parts: Parts, place: VolumePlace) -> None:
    """Fine if it is gone. Raises Conflict("disk.in_use") while a guest of this host has it."""
    with parts.locks.of(place.volume_id):
        if parts.copies.is_under_way(place):
            raise Unavailable("volume.being_filled", f"Volume {place.volume_id} is being filled: ask again")
        for record in parts.journal.list():
            if any(disk.place == place for disk in record.spec.volumes):
                message = f"Detach it from the server {record.spec.server_id} first: its guest has {place.volume_id}"
                raise Conflict("disk.in_use", message)
        parts.copies.forget(place)
        parts.volumes.remove(place)


def rename_volume(parts: Parts, place: VolumePlace, name: str) -> VolumeReport:
    """Fine if that is done. Raises NotFound("volume.no_source")."""
    with parts.locks.of(place.volume_id):
        parts.volumes.rename(place, name)
        return report(parts, VolumePlace(place.backend, name))


def read_volume(parts: Parts, place: VolumePlace, offset: int, length: int) -> bytes:
    """A piece of the file as it lies there."""
    return parts.volumes.read(place, offset, length)


def sum_volume(parts: Parts, place: VolumePlace, first: int, count: int) -> tuple[str, ...]:
    """The checksums of a raw file's chunks."""
    return parts.volumes.sums(place, first, count)


def list_volumes(parts: Parts) -> tuple[VolumeRoom, ...]:
    """Every place, and everything in it."""
    return parts.volumes.rooms()
