"""Volumes that are only remembered, with what was written to their beginnings."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from haneul.agent.drivers.volume.base import ReadPiece, VolumeFile
from haneul.hostapi import VOLUME_CHUNK_BYTES, VolumePlace, VolumeRoom, VolumeSpec
from haneul.kit.errors import Invalid, NotFound

_GIB = 1024**3


class FakeVolumeFiles:
    """Data end where only zeros follow."""

    def __init__(self, backends: tuple[str, ...] = ("directory",), total_gib: int = 100) -> None:
        self._lock = threading.Lock()
        self._backends = backends
        self._total_gib = total_gib
        self._sizes: dict[VolumePlace, int] = {}
        self.data: dict[VolumePlace, bytes] = {}
        self._scratch = TemporaryDirectory(prefix="haneul-fake-")

    def rooms(self) -> tuple[VolumeRoom, ...]:
        with self._lock:
            return tuple(self._room(backend) for backend in self._backends)

    def _room(self, backend: str) -> VolumeRoom:
        sizes = {place.volume_id: size for place, size in self._sizes.items() if place.backend == backend}
        names = tuple(sorted(sizes))
        free = self._total_gib - sum(sizes.values())
        return VolumeRoom(backend, self._total_gib, free, names, tuple(sizes[name] for name in names))

    def find(self, place: VolumePlace) -> VolumeFile | None:
        self._require(place)
        size = self._sizes.get(place)
        if size is None:
            return None
        return VolumeFile(_path(place), "qcow2", len(self.data[place]), size * _GIB)

    def create(self, spec: VolumeSpec) -> None:
        self._keep(spec, b"")

    def fill_from_file(self, spec: VolumeSpec, source: Path, source_format: str) -> None:
        found = [data for place, data in self.data.items() if _path(place) == source]
        self._keep(spec, found[0] if found else b"")

    def fill_from_stream(self, spec: VolumeSpec, read: ReadPiece) -> None:
        data = bytearray()
        total = spec.stream.size_bytes if spec.stream else 0
        while len(data) < total and (piece := read(len(data), VOLUME_CHUNK_BYTES)):
            data += piece
        self._keep(spec, bytes(data).rstrip(b"\0"))

    def scratch(self, spec: VolumeSpec) -> Path:
        return Path(self._scratch.name) / spec.place.volume_id

    def adopt_scratch(self, spec: VolumeSpec) -> None:
        self._keep(spec, self.data[spec.copy_of] if spec.copy_of else b"")

    def grow(self, place: VolumePlace, size_gib: int) -> None:
        with self._lock:
            self._sizes[place] = max(size_gib, self._sizes[place])

    def remove(self, place: VolumePlace) -> None:
        with self._lock:
            self._sizes.pop(place, None)
            self.data.pop(place, None)

    def rename(self, place: VolumePlace, name: str) -> None:
        target = replace(place, volume_id=name)
        with self._lock:
            if target in self._sizes:
                return
            if place not in self._sizes:
                raise NotFound("volume.no_source", f"This host has no {place.volume_id} in {place.backend}: it is gone")
            self._sizes[target], self.data[target] = self._sizes.pop(place), self.data.pop(place)

    def read(self, place: VolumePlace, offset: int, length: int) -> bytes:
        return self.data[place][offset : offset + length]

    def sums(self, place: VolumePlace, first: int, count: int) -> tuple[str, ...]:
        data = self.data[place][first * VOLUME_CHUNK_BYTES : (first + count) * VOLUME_CHUNK_BYTES]
        pieces = (data[at : at + VOLUME_CHUNK_BYTES] for at in range(0, len(data), VOLUME_CHUNK_BYTES))
        return tuple(hashlib.sha256(piece).hexdigest() if any(piece) else "" for piece in pieces)

    def _keep(self, spec: VolumeSpec, data: bytes) -> None:
        self._require(spec.place)
        with self._lock:
            self._sizes[spec.place], self.data[spec.place] = spec.size_gib, data

    def _require(self, place: VolumePlace) -> None:
        if place.backend not in self._backends:
            raise Invalid("volume.no_place", f"This host has no place for volumes that is called {place.backend}")


def _path(place: VolumePlace) -> Path:
    return Path("/fake") / place.backend / place.volume_id
