"""Disks that are only remembered."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from haneul.agent.drivers.disk.base import DiskFile, Fill, Progress, ReadChunk, Room, Snapshot
from haneul.hostapi import CHUNK_BYTES, DiskSpec, ImageSource
from haneul.kit.digests import hasher_of
from haneul.kit.errors import Invalid, NoCapacity, NotFound
from haneul.kit.foreign_disks import FORMATS as FOREIGN_FORMATS
from haneul.kit.qcow2 import empty_qcow2

_GIB = 1024**3


class FakeDisks:
    """Keeps names and sizes; images are fetched and verified, then thrown away."""

    def __init__(self, total_gib: int = 100) -> None:
        self._lock = threading.Lock()
        self.total_gib = total_gib
        self._disks: dict[str, DiskSpec] = {}
        self._bases: set[str] = set()
        self._snapshots: dict[str, Snapshot] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="haneul-fake-disks-")

    def find(self, disk_id: str) -> DiskFile | None:
        spec = self._disks.get(disk_id)
        return DiskFile(Path("/fake") / disk_id, "qcow2", spec.serial) if spec else None

    def create(self, spec: DiskSpec) -> DiskFile:
        if spec.image and spec.size_gib and spec.image.size_bytes > spec.size_gib * _GIB:
            raise Invalid("disk.too_small", "Choose a larger disk: the image does not fit into it")
        with self._lock:
            used = sum(disk.size_gib for disk in self._disks.values() if disk.disk_id != spec.disk_id)
            if used + spec.size_gib > self.total_gib:
                raise NoCapacity("host.disk_full", "The host's disk is full: remove something from it")
            self._disks[spec.disk_id] = spec
        return DiskFile(Path("/fake") / spec.disk_id, "qcow2", spec.serial)

    def remove(self, disk_id: str) -> None:
        with self._lock:
            self._disks.pop(disk_id, None)

    def list_disks(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._disks))

    def base(self, source: ImageSource) -> Path:
        return Path("/fake/bases") / f"{source.digest}.{source.disk_format}"

    def copy(self, disk_id: str, copy_id: str) -> None:
        with self._lock:
            if disk_id not in self._disks:
                raise NotFound("disk.absent", f"Make disk {disk_id} on this host first: it is not there")
            self._disks.setdefault(copy_id, replace(self._disks[disk_id], disk_id=copy_id))

    def restore(self, disk_id: str, copy_id: str) -> None:
        with self._lock:
            if copy_id in self._disks:
                self._disks[disk_id] = replace(self._disks.pop(copy_id), disk_id=disk_id)

    def find_snapshot(self, snapshot_id: str) -> Snapshot | None:
        return self._snapshots.get(snapshot_id)

    def make_snapshot(self, snapshot_id: str, disk_id: str, fill: Fill | None) -> None:
        disk = self.find(disk_id)
        if disk is None:
            raise NotFound("disk.absent", f"Make disk {disk_id} on this host first: it is not there")
        path = Path(self._folder.name) / snapshot_id
        is_quiet = True
        if fill is not None:
            is_quiet = fill(disk.path, path)
        else:
            path.write_bytes(empty_qcow2(_GIB, disk_id.encode()))
        data = path.read_bytes()
        self._snapshots[snapshot_id] = Snapshot(path, len(data), hashlib.sha512(data).hexdigest(), is_quiet)

    def remove_snapshot(self, snapshot_id: str) -> None:
        gone = self._snapshots.pop(snapshot_id, None)
        if gone is not None:
            gone.path.unlink(missing_ok=True)

    def list_snapshots(self) -> tuple[str, ...]:
        return tuple(sorted(self._snapshots))

    def has_base(self, source: ImageSource) -> bool:
        return source.digest in self._bases

    def fetch_base(self, source: ImageSource, read: ReadChunk, progress: Progress) -> None:
        if source.disk_format not in ("raw", "iso", "ami", "qcow2", *FOREIGN_FORMATS):
            raise Invalid("image.unsupported", f"Convert the image to qcow2: hosts do not keep {source.disk_format}")
        digest, done = hasher_of(source.digest), 0
        while done < source.size_bytes:
            chunk = read(done, CHUNK_BYTES)
            if not chunk:
                break
            digest.update(chunk)
            done += len(chunk)
            progress(done)
        if digest.hexdigest() != source.digest:
            raise Invalid("image.damaged", f"Upload image {source.image_id} again: its checksum is wrong")
        self._bases.add(source.digest)

    def remove_unused_bases(self, unused_for_s: float) -> tuple[str, ...]:
        with self._lock:
            needed = {disk.image.digest for disk in self._disks.values() if disk.image}
            unused = self._bases - needed
            self._bases -= unused
            return tuple(sorted(unused))

    def room(self) -> Room:
        with self._lock:
            return Room(self.total_gib, self.total_gib - sum(disk.size_gib for disk in self._disks.values()))
