"""A guest's volumes: files for its definition, plugged in and pulled out while it runs."""

from __future__ import annotations

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.parts import Parts
from haneul.hostapi import GuestSpec
from haneul.kit.errors import Conflict


def volume_files(parts: Parts, spec: GuestSpec) -> tuple[DiskFile, ...]:
    """Raises Conflict("guest.disk_missing").

    Only raw files are shared: of others QEMU lets one guest write to each, and refuses the next.
    """
    files = []
    for disk in spec.volumes:
        file = parts.volumes.find(disk.place)
        if file is None:
            raise Conflict("guest.disk_missing", f"Make volume {disk.place.volume_id} on this host first")
        files.append(
            DiskFile(
                path=file.path,
                format=file.format,
                serial=disk.serial,
                target=disk.device,
                is_readonly=disk.is_readonly,
                is_shared=disk.is_shared and file.format == "raw",
                limits=disk.limits,
            )
        )
    return tuple(files)
