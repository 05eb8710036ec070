"""Small files that survive a power cut: whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from haneul.kit.errors import NoCapacity


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file by `data`; on the disk when this returns."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was renamed or deleted in the folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(error: OSError) -> bool:
    """True if the error is that the disk, or a quota on it, leaves no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full() -> NoCapacity:
    return NoCapacity("host.disk_full", "Free space on the host's disk, or choose another host: it is full")
