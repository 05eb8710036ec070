"""A disk that is gone."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.kit.errors import Conflict


def remove_disk(parts: Parts, disk_id: str) -> None:
    """Fine if it is gone. Raises Conflict("disk.in_use") while a guest of this host has it."""
    with parts.locks.of(disk_id):
        for record in parts.journal.list():
            if any(disk.disk_id == disk_id for disk in record.spec.disks):
                raise Conflict("disk.in_use", f"Remove the guest {record.spec.server_id} first: it has {disk_id}")
        parts.disks.remove(disk_id)
