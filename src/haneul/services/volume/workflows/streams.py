"""What hosts fetch from the control plane: images, backups, and volumes that lie on another host."""

from __future__ import annotations

from haneul.hostapi import VOLUME_CHUNK_BYTES, VolumePlace
from haneul.kit.errors import NotFound
from haneul.services.volume.parts import Parts

_BACKUP, _VOLUME, _IMAGE = "backup", "volume", "image"
_ZEROS = bytes(VOLUME_CHUNK_BYTES)


def backup_stream(parts: Parts, backup_id: str) -> tuple[str, int]:
    """Its name, and how many bytes it has. Raises NotFound("backup.no_data")."""
    return f"{_BACKUP} {backup_id}", len(_pieces(parts, backup_id)) * VOLUME_CHUNK_BYTES


def volume_stream(host_id: str, place: VolumePlace) -> str:
    return f"{_VOLUME} {host_id} {place.backend} {place.volume_id}"


def read_stream(parts: Parts, name: str, offset: int, length: int) -> bytes:
    """A piece of the stream; none at its end. Raises NotFound("volume.no_source")."""
    kind, *words = name.split(" ")
    if kind == _BACKUP and len(words) == 1:
        return _read_backup(parts, words[0], offset, length)
    if kind == _VOLUME and len(words) == 3:
        host_id, backend, volume_id = words
        return parts.hosts.read_volume(host_id, VolumePlace(backend, volume_id), offset, length)
    if kind == _IMAGE and len(words) == 1:
        return parts.image.images.read(words[0], offset, length)
    raise NotFound("volume.no_source", f"There is no stream {name}")


def _read_backup(parts: Parts, backup_id: str, offset: int, length: int) -> bytes:
    pieces = _pieces(parts, backup_id)
    number, begin = divmod(offset, VOLUME_CHUNK_BYTES)
    if number >= len(pieces):
        return b""
    data = parts.backups.read(pieces[number]) if pieces[number] else _ZEROS
    data = data.ljust(VOLUME_CHUNK_BYTES, b"\0")
    return data[begin : begin + length]


def _pieces(parts: Parts, backup_id: str) -> tuple[str, ...]:
    found = parts.backups.find(backup_id)
    if found is None:
        raise NotFound("backup.no_data", f"The data of backup {backup_id} are gone: restore another one.")
    return tuple(found)
