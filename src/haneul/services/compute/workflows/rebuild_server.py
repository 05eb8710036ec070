"""A server begins anew from an image: same room, same network cards, another disk."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import Fault, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.birth_volumes import begin_volume_anew, mark_volume_attached, volume_anew
from haneul.services.compute.workflows.guests import guest_is, host_of
from haneul.services.compute.workflows.own_disks import fresh_disks_ready, remove_disks

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 1800.0


@workflow
def rebuild_server(
    run: Run, server_id: ServerId, asked_by: AskedBy, was_stopped: bool, volume_image_id: str = ""
) -> None:
    """No step has an undo: the old disk is gone with the first ones, as was asked for.

    `volume_image_id`: what the volume that it boots from begins anew as; empty: it stays as it is.
    """
    run.on_failure(mark_broken, server_id)
    run.wait(old_guest_gone, server_id, deadline_s=GUEST_DEADLINE_S)
    run.step(remove_old_disk, server_id)
    run.wait(new_disk_ready, server_id, deadline_s=DISK_DEADLINE_S)
    if volume_image_id:
        run.step(begin_volume_anew, server_id, volume_image_id)
        run.wait(volume_anew, server_id, deadline_s=DISK_DEADLINE_S)
    run.wait(new_guest_stands, server_id, was_stopped, deadline_s=GUEST_DEADLINE_S)
    if volume_image_id:
        run.step(mark_volume_attached, server_id)
    run.step(mark_rebuilt, server_id, was_stopped)


def old_guest_gone(parts: Parts, server_id: ServerId) -> bool:
    return parts.hosts.remove_guest(host_of(parts, server_id), server_id).power is Power.ABSENT


def remove_old_disk(parts: Parts, server_id: ServerId) -> None:
    """And those beside it: they begin anew as well."""
    remove_disks(parts, server_id, host_of(parts, server_id))


def new_disk_ready(parts: Parts, server_id: ServerId) -> bool:
    return fresh_disks_ready(parts, parts.store.servers.get(server_id), host_of(parts, server_id))


def new_guest_stands(parts: Parts, server_id: ServerId, was_stopped: bool) -> bool:
    return guest_is(parts, server_id, Power.STOPPED if was_stopped else Power.RUNNING)


def mark_rebuilt(parts: Parts, server_id: ServerId, was_stopped: bool) -> None:
    now = parts.clock.now()
    with parts.db.write():
        parts.store.servers.move(server_id, ServerState.STOPPED if was_stopped else ServerState.ACTIVE, now)
        parts.store.servers.change(server_id, now, launched_at=now)


def mark_broken(parts: Parts, server_id: ServerId, fault: RunFault) -> None:
    """ERROR: it may be rebuilt again, or deleted; nothing if it is being deleted."""
    now = parts.clock.now()
    with parts.db.write():
        server = parts.store.servers.find(server_id)
        if server is not None and server.state is not ServerState.DELETING:
            if server.boots_from_volume:
                mark_volume_attached(parts, server_id)
            told = Fault(fault.code, fault.message, f"{fault.code}: {fault.message}", now)
            parts.store.servers.move(server_id, ServerState.ERROR, now, told)
