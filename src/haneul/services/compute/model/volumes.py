"""The volumes that servers have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class ServerVolume:
    """A volume at a server, on its way there or on its way out."""

    server_id: str
    attachment_id: str
    volume_id: str
    device: str
    """/dev/vdb ..."""
    tag: str | None = None
    boot_index: int | None = None
    goes_with_server: bool = False
    """Deleted when the server is."""
    is_leaving: bool = False
    """The guest shall let go of it."""


class DiskSource(StrEnum):
    """What a disk begins as."""

    IMAGE = "image"
    VOLUME = "volume"
    """It is that volume."""
    SNAPSHOT = "snapshot"
    BLANK = "blank"


@dataclass(frozen=True)
class WantedDisk:
    """A disk that a new server shall have."""

    source: DiskSource
    source_id: str = ""
    is_volume: bool = True
    """False: it lies with the server, and goes with it."""
    boot_index: int | None = None
    """0: the server boots from it; None: it never does."""
    size_gib: int = 0
    """0: as large as what it begins as."""
    type: str = ""
    """Of the volume, by name or id; empty: that of the source, or the default."""
    device: str = ""
    tag: str | None = None
    goes_with_server: bool = False
    filesystem: str = ""
    """Of a blank disk that lies with the server: swap, ext4 ...; of swap `size_gib` are MiB, as Nova has it."""

    @property
    def is_local_blank(self) -> bool:
        return self.source is DiskSource.BLANK and not self.is_volume


@dataclass(frozen=True)
class PlannedDisk:
    """A volume that a server has from the beginning, with the ids that it and its attachment have or shall get."""

    volume_id: str
    attachment_id: str
    device: str
    source: DiskSource = DiskSource.VOLUME
    source_id: str = ""
    size_gib: int | None = None
    type: str = ""
    boot_index: int | None = None
    tag: str | None = None
    goes_with_server: bool = False

    @property
    def is_ours(self) -> bool:
        """Made for the server."""
        return self.source is not DiskSource.VOLUME
