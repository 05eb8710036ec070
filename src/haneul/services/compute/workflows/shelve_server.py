"""A server is put aside: an image keeps what it was, and its host may forget it."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import bring_back, guest_is, is_away
from haneul.services.compute.workflows.images import (
    COPY_DEADLINE_S,
    FILL_DEADLINE_S,
    FILL_LIMIT_S,
    copy_made,
    image_filled,
    remove_copy,
    remove_image,
)
from haneul.services.compute.workflows.moving import bind_ports
from haneul.services.compute.workflows.own_disks import remove_disks
from haneul.services.placement import ConsumerId

GUEST_DEADLINE_S = 300.0
_POWER_BY_STATE = {
    ServerState.ACTIVE: Power.RUNNING,
    ServerState.PAUSED: Power.RUNNING,
    ServerState.STOPPED: Power.STOPPED,
    ServerState.SUSPENDED: Power.STOPPED,
}
"""To what a guest comes back whose server could not be shelved: memory that was given up stays lost."""


@workflow
def shelve_server(run: Run, server_id: ServerId, asked_by: AskedBy, image_id: str, is_offloaded: bool) -> None:
    """The undos leave a server alone that has been shelved: what follows then can be asked for again.

    `image_id` is empty for one that boots from a volume: that keeps what it was.
    """
    run.on_failure(drop_unused, server_id, image_id)
    run.wait(guest_off, server_id, deadline_s=GUEST_DEADLINE_S, undo=guest_again)
    if image_id:
        run.wait(copy_made, server_id, image_id, deadline_s=COPY_DEADLINE_S, undo=remove_copy)
        run.wait(image_filled, server_id, image_id, deadline_s=FILL_DEADLINE_S, limit_s=FILL_LIMIT_S)
        run.step(remove_copy, server_id, image_id)
    run.step(mark_shelved, server_id, image_id)
    if is_offloaded:
        _offload(run, server_id)


@workflow
def offload_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    _offload(run, server_id)


def _offload(run: Run, server_id: ServerId) -> None:
    """No step has an undo: all is in the image, and asked again it goes on where it was."""
    run.wait(guest_gone, server_id, deadline_s=GUEST_DEADLINE_S)
    run.step(disk_gone, server_id)
    run.step(leave_host, server_id)
    run.step(mark_offloaded, server_id)


def guest_off(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.STOPPED)


def guest_again(parts: Parts, server_id: ServerId) -> None:
    power = _POWER_BY_STATE.get(parts.store.servers.get(server_id).state)
    if power is not None:
        bring_back(parts, server_id, power)


def mark_shelved(parts: Parts, server_id: ServerId, image_id: str) -> None:
    """No undo: see `shelve_server`."""
    now = parts.clock.now()
    with parts.db.write():
        parts.store.servers.move(server_id, ServerState.SHELVED, now)
        parts.store.servers.change(server_id, now, shelved_image_id=image_id or None, set_aside_at=now)


def guest_gone(parts: Parts, server_id: ServerId) -> bool:
    """True once it is, or its host is away: then it is cleared away when the host is back."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is None or is_away(parts, host_id):
        return True
    return parts.hosts.remove_guest(host_id, server_id).power is Power.ABSENT


def disk_gone(parts: Parts, server_id: ServerId) -> None:
    """As `guest_gone`."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is not None and not is_away(parts, host_id):
        remove_disks(parts, server_id, host_id)


def leave_host(parts: Parts, server_id: ServerId) -> None:
    """Its ports keep their addresses, and come up nowhere."""
    bind_ports(parts, server_id, None)


def mark_offloaded(parts: Parts, server_id: ServerId) -> None:
    now = parts.clock.now()
    with parts.db.write():
        parts.placement.claims.release(ConsumerId(server_id))
        parts.store.servers.move(server_id, ServerState.OFFLOADED, now)
        parts.store.servers.change(server_id, now, host_id=None)


def drop_unused(parts: Parts, server_id: ServerId, image_id: str, _fault: RunFault) -> None:
    """The image goes, unless the server was shelved in time."""
    server = parts.store.servers.find(server_id)
    if image_id and (server is None or server.shelved_image_id != image_id):
        remove_image(parts, image_id)
