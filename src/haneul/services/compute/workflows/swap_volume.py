"""A volume of a server that runs is exchanged for another one, which gets all its data."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import VolumePlace
from haneul.kit.errors import NotFound
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.compute.model import ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import host_of, is_away

COPY_DEADLINE_S = 4 * 3600.0


@workflow
def swap_volume(run: Run, server_id: ServerId, asked_by: AskedBy, old_id: str, new_id: str) -> None:
    """`old_id` and `new_id` are attachments: the verb has reserved the new volume, and what fails gives it back."""
    run.on_failure(mark_kept, server_id, old_id, new_id)
    run.step(connect_new, server_id, old_id, new_id, undo=give_new_back)
    run.wait(data_carried, server_id, old_id, new_id, deadline_s=COPY_DEADLINE_S, undo=old_kept)
    run.step(exchange, server_id, old_id, new_id)


def connect_new(parts: Parts, server_id: ServerId, old_id: str, new_id: str) -> None:
    """Raises Conflict("volume.unreachable") when the volume does not lie on the server's host."""
    host = parts.store.hosts.find(host_of(parts, server_id))
    row = parts.store.volumes.find_attachment(server_id, old_id)
    if host is not None and row is not None:
        parts.volume.attachments.connect(INTERNAL, new_id, {"host": host.name, "mountpoint": row.device})


def give_new_back(parts: Parts, server_id: ServerId, old_id: str, new_id: str) -> None:
    """It is free again, unless the guest has it by now."""
    if parts.store.volumes.find_attachment(server_id, new_id) is None:
        parts.volume.attachments.remove(new_id)


def data_carried(parts: Parts, server_id: ServerId, old_id: str, new_id: str) -> bool:
    """The guest goes on in the new one. Raises Conflict("guest.not_running" | "guest.swap_failed")."""
    old, new = _places(parts, old_id, new_id)
    return parts.hosts.swap_volume(host_of(parts, server_id), server_id, old, new).is_ready


def old_kept(parts: Parts, server_id: ServerId, old_id: str, new_id: str) -> None:
    """The guest keeps the old one; where that is too late, the exchange is for good."""
    host_id = host_of(parts, server_id)
    if is_away(parts, host_id):
        return
    try:
        places = _places(parts, old_id, new_id)
    except NotFound:
        return
    if parts.hosts.keep_volume(host_id, server_id, *places).is_ready:
        exchange(parts, server_id, old_id, new_id)


def exchange(parts: Parts, server_id: ServerId, old_id: str, new_id: str) -> None:
    """No undo: nothing follows."""
    with parts.db.write():
        row = parts.store.volumes.find_attachment(server_id, old_id)
        if row is not None:
            volume_id = parts.volume.attachments.get(INTERNAL, new_id).volume_id
            parts.store.volumes.remove(old_id)
            parts.store.volumes.add(replace(row, attachment_id=new_id, volume_id=volume_id))
            parts.volume.attachments.complete(INTERNAL, new_id)
            parts.volume.attachments.remove(old_id)


def mark_kept(parts: Parts, server_id: ServerId, old_id: str, new_id: str, _fault: Fault) -> None:
    """Also where the run was cancelled before its first step: the verb had reserved the new one."""
    with parts.db.write():
        give_new_back(parts, server_id, old_id, new_id)
        parts.volume.attachments.still_attached(old_id)


def _places(parts: Parts, old_id: str, new_id: str) -> tuple[VolumePlace, VolumePlace]:
    """Raises NotFound when one of the attachments is gone."""
    for each in (old_id, new_id):
        parts.volume.attachments.get(INTERNAL, each)
    disks = parts.volume.attachments.disks([old_id, new_id])
    return disks[old_id].place, disks[new_id].place
