"""Empty disks with a file system on them, or with room for swap."""

from __future__ import annotations

import subprocess
from pathlib import Path

from haneul.agent.drivers.disk.qemu_img import qemu_img
from haneul.agent.files import disk_full
from haneul.kit.errors import Invalid, Unavailable

_EXT = ("ext2", "ext3", "ext4")
_DEADLINE_S = 120


def make_formatted(path: Path, size_bytes: int, filesystem: str, label: str) -> None:
    """A qcow2 file of that size; only what the file system itself needs takes room.

    Raises Invalid("disk.bad_filesystem"), Unavailable("host.no_mkfs") and NoCapacity("host.disk_full").
    """
    raw = path.with_name(f"{path.name.removesuffix('.part')}.raw.part")
    try:
        with raw.open("wb") as file:
            file.truncate(size_bytes)
        _run(*_command(filesystem, label), str(raw))
        qemu_img("convert", "-q", "-f", "raw", "-O", "qcow2", str(raw), str(path), is_long=True)
    finally:
        raw.unlink(missing_ok=True)


def _command(filesystem: str, label: str) -> tuple[str, ...]:
    if filesystem == "swap":
        return ("mkswap",)
    if filesystem in _EXT:
        return (f"mkfs.{filesystem}", "-q", "-F", "-L", label, "-E", "lazy_itable_init=1")
    raise Invalid("disk.bad_filesystem", f"Ask for one of {', '.join(_EXT)} or swap: hosts do not make {filesystem}")


def _run(*argv: str) -> None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_DEADLINE_S)
    except FileNotFoundError as error:
        message = f"Install e2fsprogs and util-linux on the host: {error.filename} is missing"
        raise Unavailable("host.no_mkfs", message) from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable("host.mkfs_hangs", f"Look at the host's disk: {argv[0]} hangs") from error
    if done.returncode != 0:
        if "No space left" in done.stderr:
            raise disk_full()
        raise Invalid("disk.not_formatted", f"Ask for a larger disk: {done.stderr.strip()}")
