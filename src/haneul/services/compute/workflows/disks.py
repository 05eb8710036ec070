"""The volumes of a server as its guest's disks."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import VolumeDisk
from haneul.services.compute.model import Server
from haneul.services.compute.parts import Parts


def volume_disks(parts: Parts, server: Server) -> tuple[VolumeDisk, ...]:
    """The server's volumes as its guest should have them: those that are connected and not on their way out."""
    rows = [row for row in parts.store.volumes.of([server.id]) if not row.is_leaving]
    if not rows:
        return ()
    disks = parts.volume.attachments.disks([row.attachment_id for row in rows])
    return tuple(
        replace(disks[row.attachment_id], device=row.device.removeprefix("/dev/"), is_boot=row.boot_index == 0)
        for row in rows
        if row.attachment_id in disks
    )
