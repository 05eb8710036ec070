"""A server that was put aside goes on: where it was, or on any host from its image."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import Power
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is, host_of, is_away, remove_guest_now
from haneul.services.compute.workflows.images import remove_image
from haneul.services.compute.workflows.moving import bind_ports
from haneul.services.compute.workflows.nics import ports_are_up
from haneul.services.compute.workflows.own_disks import fresh_disks_ready, remove_disks
from haneul.services.compute.workflows.placing import choose_host
from haneul.services.placement import ConsumerId

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 1800.0
PORT_DEADLINE_S = 120.0


@workflow
def unshelve_server(
    run: Run, server_id: ServerId, asked_by: AskedBy, was_offloaded: bool, wanted_host_id: str, image_id: str
) -> None:
    """`wanted_host_id` empty: any. A server that its host still has stays there, and so do its disk and guest."""
    run.step(claim_host_again, server_id, was_offloaded, wanted_host_id, undo=leave_host_again)
    run.step(plug_ports_again, server_id)
    run.wait(disk_again, server_id, was_offloaded, image_id, deadline_s=DISK_DEADLINE_S, undo=no_disk_again)
    run.wait(guest_runs_again, server_id, was_offloaded, deadline_s=GUEST_DEADLINE_S, undo=no_guest_again)
    run.wait(ports_up_again, server_id, deadline_s=PORT_DEADLINE_S)
    run.step(mark_unshelved, server_id)
    if image_id:
        run.step(drop_shelved_image, image_id)


def claim_host_again(parts: Parts, server_id: ServerId, was_offloaded: bool, wanted_host_id: str) -> str:
    """Room on a host, claimed. Raises NoCapacity("placement.no_host")."""
    with parts.db.write():
        server = parts.store.servers.get(server_id)
        if server.host_id is not None:
            return server.host_id
        birth = replace(parts.store.servers.birth(server_id), host_id=wanted_host_id)
        host_id = choose_host(parts, server, birth)
        parts.store.servers.change(server_id, parts.clock.now(), host_id=host_id)
        return host_id


def leave_host_again(parts: Parts, server_id: ServerId, was_offloaded: bool, _wanted_host_id: str) -> None:
    """The ports are bound nowhere by their next binding, which overwrites this one."""
    if not was_offloaded:
        return
    with parts.db.write():
        parts.placement.claims.release(ConsumerId(server_id))
        parts.store.servers.change(server_id, parts.clock.now(), host_id=None)


def plug_ports_again(parts: Parts, server_id: ServerId) -> None:
    """No undo: a port whose server is on no host carries nothing."""
    bind_ports(parts, server_id, host_of(parts, server_id))


def disk_again(parts: Parts, server_id: ServerId, was_offloaded: bool, image_id: str) -> bool:
    """The disks that its host still has, or a root disk that begins as the image and empty ones beside it.

    One that boots from a volume has none of the first kind.
    """
    server, host_id = parts.store.servers.get(server_id), host_of(parts, server_id)
    if server.boots_from_volume:
        return fresh_disks_ready(parts, server, host_id)
    if not was_offloaded and parts.image.images.find(INTERNAL, image_id) is None:
        return True
    return fresh_disks_ready(parts, server, host_id, parts.image.images.source(INTERNAL, image_id))


def no_disk_again(parts: Parts, server_id: ServerId, was_offloaded: bool, _image_id: str) -> None:
    host_id = parts.store.servers.get(server_id).host_id
    if was_offloaded and host_id is not None and not is_away(parts, host_id):
        remove_disks(parts, server_id, host_id)


def guest_runs_again(parts: Parts, server_id: ServerId, was_offloaded: bool) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def no_guest_again(parts: Parts, server_id: ServerId, was_offloaded: bool) -> None:
    """Without its guest a shelved server is as good as with one that is off."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is not None:
        remove_guest_now(parts, server_id, host_id)


def ports_up_again(parts: Parts, server_id: ServerId) -> bool:
    return ports_are_up(parts, server_id)


def mark_unshelved(parts: Parts, server_id: ServerId) -> None:
    """No undo: what follows only clears away."""
    now = parts.clock.now()
    with parts.db.write():
        parts.store.servers.move(server_id, ServerState.ACTIVE, now)
        parts.store.servers.change(server_id, now, shelved_image_id=None, set_aside_at=None, launched_at=now)


def drop_shelved_image(parts: Parts, image_id: str) -> None:
    remove_image(parts, image_id)
