"""Volumes plugged into a server, and pulled out, while it lives."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.errors import Unavailable
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows import guests
from haneul.services.compute.workflows.asked import AskedBy

ATTACH_DEADLINE_S = 60.0
DETACH_DEADLINE_S = 120.0
MOVE_DEADLINE_S = 3600.0
_POWER_BY_STATE = {
    ServerState.ACTIVE: Power.RUNNING,
    ServerState.STOPPED: Power.STOPPED,
    ServerState.PAUSED: Power.PAUSED,
}


@workflow
def attach_volume(run: Run, server_id: ServerId, asked_by: AskedBy, attachment_id: str) -> None:
    """The volume was reserved by the verb, so that its answer could tell the device: what fails gives it back.

    One that lies on another host moves to the server's first.
    """
    run.step(send_for_volume, server_id, attachment_id, undo=give_volume_back)
    run.wait(volume_is_here, server_id, attachment_id, deadline_s=MOVE_DEADLINE_S)
    run.step(connect_volume, server_id, attachment_id, undo=give_volume_back)
    run.wait(guest_has_its_volumes, server_id, deadline_s=ATTACH_DEADLINE_S)
    run.step(mark_attached, attachment_id)


@workflow
def detach_volume(run: Run, server_id: ServerId, asked_by: AskedBy, attachment_id: str) -> None:
    """A guest that does not let go keeps it, and the volume is in use again."""
    run.on_failure(mark_kept, server_id, attachment_id)
    run.wait(guest_has_its_volumes, server_id, deadline_s=DETACH_DEADLINE_S)
    run.step(let_go, server_id, attachment_id)


def send_for_volume(parts: Parts, server_id: ServerId, attachment_id: str) -> None:
    """Raises Conflict("volume.unreachable") when it can neither be had there nor come."""
    server = parts.store.servers.get(server_id)
    if server.host_id is not None:
        parts.volume.following.set_out(attachment_id, server.host_id)


def volume_is_here(parts: Parts, server_id: ServerId, attachment_id: str) -> bool:
    """A server without a host has its volume wherever it lies."""
    server = parts.store.servers.get(server_id)
    return server.host_id is None or parts.volume.following.has_arrived(attachment_id, server.host_id)


def connect_volume(parts: Parts, server_id: ServerId, attachment_id: str) -> None:
    """Raises Conflict("volume.unreachable") when the volume does not lie on the server's host."""
    server = parts.store.servers.get(server_id)
    row = parts.store.volumes.find_attachment(server_id, attachment_id)
    host = None if server.host_id is None else parts.store.hosts.find(server.host_id)
    if row is not None and host is not None:
        connector: dict[str, object] = {"host": host.name, "mountpoint": row.device}
        parts.volume.attachments.connect(INTERNAL, attachment_id, connector)


def give_volume_back(parts: Parts, server_id: ServerId, attachment_id: str) -> None:
    """The guest lets go of it first. Raises Unavailable until it has.

    When the server is deleted, its volumes are the deletion's to free, or to take with it.
    """
    server = parts.store.servers.find(server_id)
    if server is not None and server.state is ServerState.DELETING:
        return
    parts.store.volumes.change(attachment_id, is_leaving=True)
    lives = server is not None and server.state in _POWER_BY_STATE
    if lives and not guest_has_its_volumes(parts, server_id):
        raise Unavailable("guest.has_volume", f"The guest of server {server_id} has not let go of the volume yet")
    let_go(parts, server_id, attachment_id)


def guest_has_its_volumes(parts: Parts, server_id: ServerId) -> bool:
    """Have the host give the guest the volumes of its server, no more and no less."""
    server = parts.store.servers.get(server_id)
    power = _POWER_BY_STATE.get(server.state)
    return power is None or guests.guest_is(parts, server_id, power)


def mark_attached(parts: Parts, attachment_id: str) -> None:
    """No undo: nothing follows."""
    parts.volume.attachments.complete(INTERNAL, attachment_id)


def let_go(parts: Parts, server_id: ServerId, attachment_id: str) -> None:
    """No undo: the guest has it no more."""
    with parts.db.write():
        parts.store.volumes.remove(attachment_id)
        parts.volume.attachments.remove(attachment_id)


def mark_kept(parts: Parts, server_id: ServerId, attachment_id: str, fault: Fault) -> None:
    with parts.db.write():
        server = parts.store.servers.find(server_id)
        if server is not None and server.state is not ServerState.DELETING:
            parts.store.volumes.change(attachment_id, is_leaving=False)
            parts.volume.attachments.still_attached(attachment_id)


def volumes_gone(parts: Parts, server_id: ServerId) -> None:
    """Of a server that goes: its volumes are free, or go with it where that was asked for."""
    for row in parts.store.volumes.of([server_id]):
        with parts.db.write():
            parts.volume.attachments.remove(row.attachment_id)
            parts.store.volumes.remove(row.attachment_id)
            if row.goes_with_server:
                parts.volume.volumes.delete_with_server(row.volume_id)
