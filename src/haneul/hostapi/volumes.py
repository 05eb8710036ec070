"""Volumes on a host: files of blocks, by the ids of volumes, snapshots and copies that are on their way out."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.hostapi.disks import ImageSource

VOLUME_CHUNK_BYTES = 1024 * 1024
"""How much of a volume crosses the wire at a time, and what one checksum is about."""


@dataclass(frozen=True)
class VolumePlace:
    """A file of blocks: in which of the host's places, under which name."""

    backend: str
    volume_id: str


@dataclass(frozen=True)
class StreamSource:
    """Data that the host fetches from the control plane: of a backup, or of a volume elsewhere."""

    name: str
    """What the control plane knows it by."""
    size_bytes: int


@dataclass(frozen=True)
class VolumeSpec:
    """A volume as it should be; at most one of the sources is set, none: empty."""

    place: VolumePlace
    size_gib: int
    image: ImageSource | None = None
    copy_of: VolumePlace | None = None
    """Another volume or snapshot of the host, also one that a running guest writes to: as it is at one moment."""
    stream: StreamSource | None = None
    is_raw: bool = False
    """Kept as the bytes that a guest sees: to be read in pieces, or written to by several guests at once."""
    file_format: str = ""
    """For copies that become images: qcow2, vmdk ...; empty: as the host likes."""


@dataclass(frozen=True)
class VolumeReport:
    volume_id: str
    is_ready: bool
    size_bytes: int = 0
    """Of the file, once it is ready."""
    size_gib: int = 0
    """As a guest sees it, rounded up."""


@dataclass(frozen=True)
class VolumeLimits:
    """What a guest may do with a volume each second; 0: no limit."""

    total_bytes: int = 0
    read_bytes: int = 0
    write_bytes: int = 0
    total_iops: int = 0
    read_iops: int = 0
    write_iops: int = 0


@dataclass(frozen=True)
class VolumeDisk:
    """A volume as a guest's disk."""

    place: VolumePlace
    device: str
    """vda, vdb ..."""
    is_readonly: bool = False
    is_shared: bool = False
    """More than one guest may write to it at once."""
    is_boot: bool = False
    limits: VolumeLimits = VolumeLimits()

    @property
    def serial(self) -> str:
        """What the guest sees in /sys/block/*/serial."""
        return self.place.volume_id[:20]


@dataclass(frozen=True)
class VolumeRoom:
    """A host's place for volumes."""

    backend: str
    total_gib: float
    free_gib: float
    names: tuple[str, ...] = ()
    """Of everything in it."""
    sizes_gib: tuple[int, ...] = ()
    """Beside `names`: as guests see them, rounded up."""
