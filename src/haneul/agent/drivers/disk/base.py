"""What the agent asks of the place where disks are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from haneul.hostapi import DiskSpec, ImageSource, VolumeLimits

UNLIMITED = VolumeLimits()


@dataclass(frozen=True)
class DiskFile:
    path: Path
    format: str
    serial: str = ""
    bus: str = "virtio"
    device: str = "disk"
    target: str = ""
    """vda, vdb ...; empty: the next that is free."""
    is_readonly: bool = False
    is_shared: bool = False
    limits: VolumeLimits = UNLIMITED


@dataclass(frozen=True)
class Snapshot:
    """A finished copy of a disk that leans on no other file."""

    path: Path
    size_bytes: int
    sha512: str
    is_quiet: bool


@dataclass(frozen=True)
class Room:
    total_gib: int
    free_gib: int


ReadChunk = Callable[[int, int], bytes]
"""(offset, length) -> bytes of the image, at most that many; none at its end."""
Progress = Callable[[int], None]
"""Told how many bytes are here."""
Fill = Callable[[Path, Path], bool]
"""(disk, file to make) -> whether the guest's file systems were held still."""


class Disks(Protocol):
    def find(self, disk_id: str) -> DiskFile | None:
        """The finished disk, or None."""
        ...

    def create(self, spec: DiskSpec) -> DiskFile:
        """Make the disk; its base must be there. Fine if it exists: then it is grown, never shrunk.

        Raises Invalid("disk.too_small") and NoCapacity("host.disk_full").
        """
        ...

    def remove(self, disk_id: str) -> None:
        """Fine if it is absent."""
        ...

    def list_disks(self) -> tuple[str, ...]: ...

    def copy(self, disk_id: str, copy_id: str) -> None:
        """Another disk with the same data, all or nothing; nobody may write to the first meanwhile.

        Raises NotFound("disk.absent"), Unavailable("disk.locked") and NoCapacity("host.disk_full").
        """
        ...

    def restore(self, disk_id: str, copy_id: str) -> None:
        """Put the copy in the place of the disk, all or nothing; fine if there is no such copy."""
        ...

    def find_snapshot(self, snapshot_id: str) -> Snapshot | None:
        """The finished snapshot, or None."""
        ...

    def make_snapshot(self, snapshot_id: str, disk_id: str, fill: Fill | None) -> None:
        """Make it, all or nothing: by `fill`, or from the disk, to which then nobody may write.

        Raises NotFound("disk.absent"), Unavailable("disk.locked") and NoCapacity("host.disk_full").
        """
        ...

    def remove_snapshot(self, snapshot_id: str) -> None:
        """Fine if it is absent."""
        ...

    def list_snapshots(self) -> tuple[str, ...]: ...

    def has_base(self, source: ImageSource) -> bool: ...

    def base(self, source: ImageSource) -> Path:
        """Where the image lies, or would lie; its suffix is its format."""
        ...

    def fetch_base(self, source: ImageSource, read: ReadChunk, progress: Progress) -> None:
        """Fetch, verify and keep the image; all or nothing.

        Raises Invalid("image.damaged") when it is not what was promised, Invalid("image.unsupported") for a
        format that this place cannot keep, NoCapacity("host.disk_full").
        """
        ...

    def remove_unused_bases(self, unused_for_s: float) -> tuple[str, ...]:
        """Remove the bases that no disk needs and that nobody asked for in that time; says which."""
        ...

    def room(self) -> Room: ...
