"""Copies of guests' disks, made on a host to be carried away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SnapshotSpec:
    """A copy of a disk as it is at one moment, in one file that leans on no other."""

    snapshot_id: str
    """The server's id, a dot, and whatever tells it from others: by the first part it is known whose it is."""
    server_id: str
    disk_id: str


@dataclass(frozen=True)
class SnapshotReport:
    snapshot_id: str
    is_ready: bool
    size_bytes: int = 0
    """Of the file, once it is ready."""
    sha512: str = ""
    """Of the file, once it is ready."""
    is_quiet: bool = False
    """True: the guest's agent held its file systems still, or the guest was off."""


def owner_of(name: str) -> str:
    """The id of the server to which a disk or a snapshot belongs by its name."""
    return name.partition(".")[0]
