"""What block storage asks of the places where volumes lie, and of the place where backups are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from haneul.hostapi import VolumePlace, VolumeReport, VolumeRoom, VolumeSpec

ReadStream = Callable[[str, int, int], bytes]
"""(name of a stream, offset, length) -> that piece of it; nothing at its end."""


@dataclass(frozen=True)
class HostRooms:
    """A host that is connected, and its places for volumes."""

    host_id: str
    host_name: str
    rooms: tuple[VolumeRoom, ...]


class VolumeHosts(Protocol):
    """The hosts' places for volumes.

    Each operation may be repeated and answers with how things are now. Long work goes on at the host: its report
    says that it is not finished, the event `volume_ready` tells when it is, and the same operation asked again
    then reports it done. Each raises Unavailable("host.away") while the host is not connected.
    """

    def start(self, read_stream: ReadStream) -> None:
        """Let hosts fetch what volumes begin as."""
        ...

    def rooms(self) -> Sequence[HostRooms]:
        """Of every host that is connected now."""
        ...

    def may_return(self) -> bool:
        """Whether a host that is not connected now may be so in a moment: it was just now, or nobody had time yet."""
        ...

    def ensure_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        """Make it, or grow it if it is smaller; a running guest that has it sees it grow.

        Raises NoCapacity("host.disk_full"), Invalid("disk.too_small" | "image.damaged"),
        NotFound("volume.no_source") when what it is to be copied from is gone.
        """
        ...

    def revert_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        """Its data is that of `spec.copy_of` again. Raises Conflict("disk.in_use") while a guest runs on it."""
        ...

    def remove_volume(self, host_id: str, place: VolumePlace) -> None:
        """Fine if it is gone. Raises Conflict("disk.in_use") while a guest of the host has it."""
        ...

    def rename_volume(self, host_id: str, place: VolumePlace, name: str) -> VolumeReport:
        """Call it `name` from now on; fine if that is done. Raises NotFound("volume.no_source")."""
        ...

    def read_volume(self, host_id: str, place: VolumePlace, offset: int, length: int) -> bytes:
        """A piece of the file as it lies there."""
        ...

    def sum_volume(self, host_id: str, place: VolumePlace, first: int, count: int) -> Sequence[str]:
        """SHA-256 of each VOLUME_CHUNK_BYTES of a raw file, from the chunk `first`; empty text: nothing but zeros."""
        ...


class BackupStore(Protocol):
    """Where backups are kept: pieces by their SHA-256, each once, and a list of pieces for each backup."""

    def has(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of the pieces are there."""
        ...

    def put(self, digest: str, data: bytes) -> None:
        """Keep a piece. Raises NoCapacity("backup.store_full")."""
        ...

    def read(self, digest: str) -> bytes:
        """Raises Unavailable("backup.damaged") when it is missing or is not what it was."""
        ...

    def keep(self, backup_id: str, digests: Sequence[str]) -> None:
        """The backup consists of these, an empty text standing for zeros; whole when this returns."""
        ...

    def find(self, backup_id: str) -> Sequence[str] | None:
        """What the backup consists of."""
        ...

    def remove(self, backup_id: str) -> None:
        """Fine if it is gone; pieces that no backup needs are cleared away by `sweep`."""
        ...

    def list(self) -> Sequence[str]:
        """The ids of all backups."""
        ...

    def sweep(self, older_than_s: float) -> int:
        """Remove the pieces that no backup needs and that are older; how many."""
        ...
