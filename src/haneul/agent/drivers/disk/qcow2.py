"""Disks as qcow2 files in one folder, each on top of the image it began as."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from pathlib import Path

from haneul.agent.drivers.disk.base import DiskFile, Fill, Progress, ReadChunk, Room, Snapshot
from haneul.agent.drivers.disk.filesystems import make_formatted
from haneul.agent.drivers.disk.foreign import convert_foreign
from haneul.agent.drivers.disk.qemu_img import ImageFacts, inspect, qemu_img
from haneul.agent.drivers.disk.snapshots import SnapshotFolder
from haneul.agent.files import disk_full, is_full, sync_folder
from haneul.hostapi import CHUNK_BYTES, DiskSpec, ImageSource
from haneul.kit.digests import hasher_of
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.foreign_disks import FORMATS as FOREIGN_FORMATS

log = logging.getLogger(__name__)

_GIB, _MIB = 1024**3, 1024**2
_FORMATS = {"raw": "raw", "iso": "raw", "ami": "raw", "qcow2": "qcow2"} | dict.fromkeys(FOREIGN_FORMATS, "qcow2")
"""How an image of which format is kept: guests run from raw and qcow2, the others are converted on arrival."""


class Qcow2Disks:
    """`<folder>/disks/<disk id>.qcow2` over `<folder>/bases/<digest>.<format>`.

    Whatever is not finished has another name, so that what has the right name is whole.
    """

    def __init__(self, folder: Path) -> None:
        self._disks = folder / "disks"
        self._bases = folder / "bases"
        self._snapshots = SnapshotFolder(folder / "snapshots")
        self._lock = threading.Lock()
        for place in (self._disks, self._bases):
            place.mkdir(mode=0o711, parents=True, exist_ok=True)
            for unfinished in place.glob("*.part"):
                unfinished.unlink()

    def find(self, disk_id: str) -> DiskFile | None:
        path = self._path(disk_id)
        return DiskFile(path, "qcow2") if path.exists() else None

    def create(self, spec: DiskSpec) -> DiskFile:
        path = self._path(spec.disk_id)
        base = self._base(spec.image) if spec.image else None
        size = spec.size_gib * _GIB or spec.size_mib * _MIB
        if base is not None:
            size = max(size, self._fitting(spec, base))
        with self._lock:
            if not path.exists():
                self._make(path, base, size, spec)
            elif inspect(path, "qcow2", may_have_backing=True).virtual_bytes < size:
                qemu_img("resize", "-q", "-f", "qcow2", str(path), str(size))
        return DiskFile(path, "qcow2", spec.serial)

    def remove(self, disk_id: str) -> None:
        self._path(disk_id).unlink(missing_ok=True)
        sync_folder(self._disks)

    def list_disks(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._disks.glob("*.qcow2")))

    def base(self, source: ImageSource) -> Path:
        return self._base(source)

    def copy(self, disk_id: str, copy_id: str) -> None:
        path, to = self._existing(disk_id), self._path(copy_id)
        if to.exists():
            return
        backing = self._backing_of(path)
        onto = ("-B", str(backing), "-F", backing.suffix[1:]) if backing else ()
        part = to.with_name(to.name + ".part")
        try:
            qemu_img("convert", "-q", "-f", "qcow2", "-O", "qcow2", *onto, str(path), str(part), is_long=True)
            part.replace(to)
            sync_folder(self._disks)
        finally:
            part.unlink(missing_ok=True)

    def restore(self, disk_id: str, copy_id: str) -> None:
        copy = self._path(copy_id)
        if copy.exists():
            copy.replace(self._path(disk_id))
            sync_folder(self._disks)

    def find_snapshot(self, snapshot_id: str) -> Snapshot | None:
        return self._snapshots.find(_plain(snapshot_id))

    def make_snapshot(self, snapshot_id: str, disk_id: str, fill: Fill | None) -> None:
        path, to = self._existing(disk_id), self._snapshots.path(_plain(snapshot_id))
        self._snapshots.remove(snapshot_id)
        try:
            is_quiet = True
            if fill is not None:
                is_quiet = fill(path, to)
            else:
                qemu_img("convert", "-q", "-f", "qcow2", "-O", "qcow2", str(path), str(to), is_long=True)
            self._snapshots.keep(snapshot_id, is_quiet)
        except OSError as error:
            self._snapshots.remove(snapshot_id)
            raise _full(error) from error
        except BaseException:
            self._snapshots.remove(snapshot_id)
            raise

    def remove_snapshot(self, snapshot_id: str) -> None:
        self._snapshots.remove(_plain(snapshot_id))

    def list_snapshots(self) -> tuple[str, ...]:
        return self._snapshots.list()

    def _existing(self, disk_id: str) -> Path:
        path = self._path(disk_id)
        if not path.exists():
            raise NotFound("disk.absent", f"Make disk {disk_id} on this host first: it is not there")
        return path

    def has_base(self, source: ImageSource) -> bool:
        """Asking keeps the base from being cleaned away for a while."""
        base = self._base(source)
        with self._lock:
            if not base.exists():
                return False
            os.utime(base)
            return True

    def fetch_base(self, source: ImageSource, read: ReadChunk, progress: Progress) -> None:
        base = self._base(source)
        part = base.with_name(base.name + ".part")
        try:
            self._fetch(source, part, read, progress)
            if source.disk_format in FOREIGN_FORMATS:
                convert_foreign(part, source.disk_format)
            inspect(part, base.suffix[1:])
            part.chmod(0o444)
            part.replace(base)
            sync_folder(self._bases)
        except OSError as error:
            raise _full(error) from error
        finally:
            part.unlink(missing_ok=True)

    def remove_unused_bases(self, unused_for_s: float) -> tuple[str, ...]:
        removed = []
        with self._lock:
            needed = {self._backing_of(path) for path in self._disks.glob("*.qcow2")}
            for base in self._bases.iterdir():
                is_old = time.time() - base.stat().st_mtime >= unused_for_s
                if base.suffix != ".part" and base not in needed and is_old:
                    base.unlink()
                    removed.append(base.name)
        return tuple(removed)

    def room(self) -> Room:
        usage = shutil.disk_usage(self._disks)
        return Room(usage.total // _GIB, usage.free // _GIB)

    def _path(self, disk_id: str) -> Path:
        return self._disks / f"{_plain(disk_id)}.qcow2"

    def _base(self, source: ImageSource) -> Path:
        kept_as = _FORMATS.get(source.disk_format)
        if kept_as is None:
            message = f"Convert image {source.image_id} to qcow2: hosts do not run from {source.disk_format}"
            raise Invalid("image.unsupported", message)
        return self._bases / f"{_plain(source.digest)}.{kept_as}"

    def _fitting(self, spec: DiskSpec, base: Path) -> int:
        """The image's own size, if the disk is large enough for it."""
        needed = inspect(base, base.suffix[1:]).virtual_bytes
        if spec.size_gib and needed > spec.size_gib * _GIB:
            message = f"Choose a disk of {-(-needed // _GIB)} GiB: the image is larger than {spec.size_gib} GiB"
            raise Invalid("disk.too_small", message)
        return needed

    def _make(self, path: Path, base: Path | None, size: int, spec: DiskSpec) -> None:
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        backing = ("-b", str(base), "-F", base.suffix[1:]) if base else ()
        try:
            if spec.filesystem and base is None:
                make_formatted(part, size, spec.filesystem, spec.label)
            else:
                qemu_img("create", "-q", "-f", "qcow2", *backing, str(part), str(size))
            part.replace(path)
            sync_folder(self._disks)
        except OSError as error:
            raise _full(error) from error
        finally:
            part.unlink(missing_ok=True)

    def _fetch(self, source: ImageSource, part: Path, read: ReadChunk, progress: Progress) -> None:
        digest, done = hasher_of(source.digest), 0
        with part.open("wb") as file:
            while done < source.size_bytes:
                chunk = read(done, min(CHUNK_BYTES, source.size_bytes - done))
                if not chunk:
                    break
                digest.update(chunk)
                file.write(chunk)
                done += len(chunk)
                progress(done)
            file.flush()
            os.fsync(file.fileno())
        if done != source.size_bytes or digest.hexdigest() != source.digest:
            message = f"Upload image {source.image_id} again: what arrived is not what its checksum promises"
            raise Invalid("image.damaged", message)

    def _backing_of(self, path: Path) -> Path | None:
        facts: ImageFacts = inspect(path, "qcow2", may_have_backing=True)
        return Path(facts.backing_file) if facts.backing_file else None


def _plain(name: str) -> str:
    """The name, if it is no path: ids and checksums become file names."""
    if not name or "/" in name or name.startswith("."):
        raise Invalid("disk.bad_name", f"Use an id as a disk's name: {name!r} is none")
    return name


def _full(error: OSError) -> Exception:
    return disk_full() if is_full(error) else error
