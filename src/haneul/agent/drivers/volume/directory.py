"""Volumes as files in folders: qcow2 for guests, raw for what is read in pieces.

A volume leans on no other file: what it begins as is copied, as far as it is not zeros.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from haneul.agent.drivers.disk.qemu_img import inspect, qemu_img
from haneul.agent.drivers.volume.base import ReadPiece, VolumeFile
from haneul.agent.files import disk_full, is_full, sync_folder
from haneul.hostapi import VOLUME_CHUNK_BYTES, VolumePlace, VolumeRoom, VolumeSpec
from haneul.kit.errors import Invalid, NotFound

_GIB = 1024**3
_SUFFIXES = (".qcow2", ".raw", ".image")
_PART, _SCRATCH = ".part", ".scratch"


class VolumeFolders:
    """`<folder of the place>/<name>.qcow2`, `.raw`, or `.image` for what is to be an image of another format."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = dict(folders)
        for folder in self._folders.values():
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            for unfinished in (*folder.glob(f"*{_PART}"), *folder.glob(f"*{_SCRATCH}")):
                unfinished.unlink()

    def rooms(self) -> tuple[VolumeRoom, ...]:
        return tuple(self._room(name, folder) for name, folder in self._folders.items())

    def _room(self, backend: str, folder: Path) -> VolumeRoom:
        usage = shutil.disk_usage(folder)
        names = sorted({path.stem for path in folder.iterdir() if path.suffix in _SUFFIXES})
        files = [self.find(VolumePlace(backend, name)) for name in names]
        sizes = tuple(-(-file.virtual_bytes // _GIB) if file else 0 for file in files)
        return VolumeRoom(backend, round(usage.total / _GIB, 2), round(usage.free / _GIB, 2), tuple(names), sizes)

    def find(self, place: VolumePlace) -> VolumeFile | None:
        for suffix in _SUFFIXES:
            path = self._path(place, suffix)
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                continue
            if suffix != ".qcow2":
                return VolumeFile(path, suffix[1:], size, size)
            return VolumeFile(path, "qcow2", size, _virtual_bytes(path))
        return None

    def create(self, spec: VolumeSpec) -> None:
        part, form = self._path(spec.place, _PART), "raw" if spec.is_raw else "qcow2"
        qemu_img("create", "-q", "-f", form, str(part), str(spec.size_gib * _GIB))
        self._finish(spec, part, f".{form}")

    def fill_from_file(self, spec: VolumeSpec, source: Path, source_format: str) -> None:
        part, size = self._path(spec.place, _PART), spec.size_gib * _GIB
        needed = inspect(source, source_format).virtual_bytes
        if needed > size:
            message = f"Ask for a volume of {-(-needed // _GIB)} GiB: what it begins as is larger than this one"
            raise Invalid("disk.too_small", message)
        target = spec.file_format or ("raw" if spec.is_raw else "qcow2")
        try:
            qemu_img("convert", "-q", "-f", source_format, "-O", target, str(source), str(part), is_long=True)
            if target in ("raw", "qcow2") and needed < size:
                qemu_img("resize", "-q", "-f", target, str(part), str(size))
            self._finish(spec, part, ".image" if spec.file_format else f".{target}")
        finally:
            part.unlink(missing_ok=True)

    def fill_from_stream(self, spec: VolumeSpec, read: ReadPiece) -> None:
        raw = self._path(spec.place, _SCRATCH)
        total = spec.stream.size_bytes if spec.stream else 0
        try:
            _write_sparsely(raw, read, min(total, spec.size_gib * _GIB))
            self.fill_from_file(spec, raw, "raw")
        except OSError as error:
            raise disk_full() if is_full(error) else error from error
        finally:
            raw.unlink(missing_ok=True)

    def scratch(self, spec: VolumeSpec) -> Path:
        path = self._path(spec.place, _SCRATCH)
        path.unlink(missing_ok=True)
        return path

    def adopt_scratch(self, spec: VolumeSpec) -> None:
        path = self._path(spec.place, _SCRATCH)
        if spec.is_raw or spec.file_format:
            self.fill_from_file(spec, path, "qcow2")
            path.unlink()
        else:
            if _virtual_bytes(path) < spec.size_gib * _GIB:
                qemu_img("resize", "-q", "-f", "qcow2", str(path), str(spec.size_gib * _GIB))
            self._finish(spec, path, ".qcow2")

    def grow(self, place: VolumePlace, size_gib: int) -> None:
        file = self._get(place)
        if file.virtual_bytes < size_gib * _GIB:
            qemu_img("resize", "-q", "-f", file.format, str(file.path), str(size_gib * _GIB))

    def remove(self, place: VolumePlace) -> None:
        if place.backend not in self._folders:
            return
        for suffix in _SUFFIXES:
            self._path(place, suffix).unlink(missing_ok=True)
        sync_folder(self._folders[place.backend])

    def rename(self, place: VolumePlace, name: str) -> None:
        if self.find(replace(place, volume_id=name)) is None:
            file = self._get(place)
            file.path.rename(self._path(replace(place, volume_id=name), file.path.suffix))
            sync_folder(file.path.parent)

    def read(self, place: VolumePlace, offset: int, length: int) -> bytes:
        with self._get(place).path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def sums(self, place: VolumePlace, first: int, count: int) -> tuple[str, ...]:
        sums: list[str] = []
        with self._get(place).path.open("rb") as file:
            file.seek(first * VOLUME_CHUNK_BYTES)
            while len(sums) < count and (piece := file.read(VOLUME_CHUNK_BYTES)):
                sums.append(hashlib.sha256(piece).hexdigest() if any(piece) else "")
        return tuple(sums)

    def _get(self, place: VolumePlace) -> VolumeFile:
        file = self.find(place)
        if file is None:
            raise NotFound("volume.no_source", f"This host has no {place.volume_id} in {place.backend}: it is gone")
        return file

    def _finish(self, spec: VolumeSpec, part: Path, suffix: str) -> None:
        """Give it its name, on the disk when this returns; what it held in another format is gone."""
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(self._path(spec.place, suffix))
        sync_folder(part.parent)
        for other in _SUFFIXES:
            if other != suffix:
                self._path(spec.place, other).unlink(missing_ok=True)

    def _path(self, place: VolumePlace, suffix: str) -> Path:
        folder, name = self._folders.get(place.backend), place.volume_id
        if folder is None:
            raise Invalid("volume.no_place", f"This host has no place for volumes that is called {place.backend}")
        if not name or "/" in name or name.startswith("."):
            raise Invalid("disk.bad_name", f"Use an id as a volume's name: {name!r} is none")
        return folder / f"{name}{suffix}"


def _virtual_bytes(path: Path) -> int:
    """From the header (QEMU's docs/interop/qcow2.txt): may be read while a guest runs on it."""
    with path.open("rb") as file:
        header = file.read(32)
    return int.from_bytes(header[24:32], "big") if header[:4] == b"QFI\xfb" else 0


def _write_sparsely(path: Path, read: ReadPiece, total: int) -> None:
    """What is zeros stays a hole."""
    done = 0
    with path.open("wb") as file:
        while done < total and (piece := read(done, min(VOLUME_CHUNK_BYTES, total - done))):
            if any(piece):
                file.seek(done)
                file.write(piece)
            done += len(piece)
        file.truncate(max(total, 512))
