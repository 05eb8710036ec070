"""Images of other hypervisors, made into qcow2 when they arrive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from haneul.agent.drivers.disk.qemu_img import damaged, qemu_img
from haneul.kit.foreign_disks import FOOTER_BYTES, HEAD_BYTES, why_not_alone

_QEMU_NAMES = {"vmdk": "vmdk", "vhd": "vpc", "vhdx": "vhdx", "vdi": "vdi"}
_SPARED = 20
"""One part in so many of the free space is left to others: a small file may unfold into a large one."""


def convert_foreign(path: Path, disk_format: str) -> None:
    """Put a qcow2 image of the same data in the place of `path`, all or nothing; on the disk when this returns.

    Raises Invalid("image.damaged") for what is of another format or leans on other files, which is found out before
    qemu-img opens it, and NoCapacity("host.disk_full").
    """
    why = why_not_alone(disk_format, *_ends(path))
    if why is not None:
        raise damaged(path, why)
    fresh = path.with_name(f"{path.stem}.converted.part")
    free = shutil.disk_usage(path.parent).free
    try:
        told = ("-f", _QEMU_NAMES[disk_format], "-O", "qcow2", str(path), str(fresh))
        qemu_img("convert", "-q", *told, is_long=True, max_file_bytes=free - free // _SPARED)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - FOOTER_BYTES))
        return head, file.read(FOOTER_BYTES)
