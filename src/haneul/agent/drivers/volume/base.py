"""What the agent asks of the places in which volumes are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from haneul.hostapi import VolumePlace, VolumeRoom, VolumeSpec

ReadPiece = Callable[[int, int], bytes]
"""(offset, length) -> bytes; none at the end."""


@dataclass(frozen=True)
class VolumeFile:
    path: Path
    format: str
    """qcow2 or raw, or what an image is to be."""
    size_bytes: int
    """Of the file."""
    virtual_bytes: int
    """As a guest sees it."""


class VolumeFiles(Protocol):
    """Volumes by place and name. What has the right name is whole; what fills a volume replaces what it held.

    Each operation that writes raises NoCapacity("host.disk_full"), and Invalid("volume.no_place") for a place
    that the host does not have.
    """

    def rooms(self) -> tuple[VolumeRoom, ...]: ...

    def find(self, place: VolumePlace) -> VolumeFile | None: ...

    def create(self, spec: VolumeSpec) -> None:
        """An empty volume; raw if the specification says so, which several guests may write to at once."""
        ...

    def fill_from_file(self, spec: VolumeSpec, source: Path, source_format: str) -> None:
        """From a file that nobody writes to. Raises Invalid("disk.too_small" | "image.damaged")."""
        ...

    def fill_from_stream(self, spec: VolumeSpec, read: ReadPiece) -> None:
        """From raw bytes that end where zeros begin, or at `spec.stream.size_bytes`."""
        ...

    def scratch(self, spec: VolumeSpec) -> Path:
        """Where a hypervisor may write a new qcow2 file, beside the volume to be."""
        ...

    def adopt_scratch(self, spec: VolumeSpec) -> None:
        """What was written to `scratch` is the volume."""
        ...

    def grow(self, place: VolumePlace, size_gib: int) -> None:
        """Of a volume that no running guest has; never shrinks it."""
        ...

    def remove(self, place: VolumePlace) -> None:
        """Fine if it is gone."""
        ...

    def rename(self, place: VolumePlace, name: str) -> None:
        """Fine if that is done. Raises NotFound("volume.no_source")."""
        ...

    def read(self, place: VolumePlace, offset: int, length: int) -> bytes: ...

    def sums(self, place: VolumePlace, first: int, count: int) -> tuple[str, ...]:
        """SHA-256 of each VOLUME_CHUNK_BYTES of a raw file; empty for zeros."""
        ...
