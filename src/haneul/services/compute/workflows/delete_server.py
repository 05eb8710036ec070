"""A server goes: guest, disk, network cards, room, and last its row."""

from __future__ import annotations

from collections.abc import Collection

from haneul.hostapi import Power
from haneul.kit.errors import Conflict
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import Fault, MoveStatus, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.attach_volume import volumes_gone
from haneul.services.compute.workflows.guests import is_away, rescue_disk_id
from haneul.services.compute.workflows.images import remove_image
from haneul.services.compute.workflows.moving import give_source_back, kept_disk_id
from haneul.services.compute.workflows.own_disks import disk_ids, local_disks_with
from haneul.services.placement import ConsumerId

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 300.0


@workflow
def delete_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No step has an undo: what is removed stays removed, and the next attempt finds it done."""
    run.on_failure(mark_undeleted, server_id)
    run.wait(guest_gone, server_id, deadline_s=GUEST_DEADLINE_S)
    run.wait(root_disk_gone, server_id, deadline_s=DISK_DEADLINE_S)
    run.step(volumes_gone, server_id)
    run.step(unplug_ports, server_id)
    run.step(bury, server_id)


def guest_gone(parts: Parts, server_id: ServerId) -> bool:
    """True once it is, or its host is away: then it is cleared away when the host is back."""
    hosts = _hosts_of(parts, server_id)
    return all(parts.hosts.remove_guest(host_id, server_id).power is Power.ABSENT for host_id in hosts)


def root_disk_gone(parts: Parts, server_id: ServerId) -> bool:
    """As `guest_gone`; the disks for rescue and for a way back go too, and the image of a shelved server."""
    server = parts.store.servers.find(server_id)
    if server is None:
        return True
    gone = {*disk_ids(server_id, parts.store.servers.birth(server_id).local_disks)}
    if server.rescue:
        gone.add(rescue_disk_id(server_id))
    move = parts.store.moves.open_of(server_id)
    for flavor in (move.old_flavor, move.new_flavor) if move else ():
        there = disk_ids(server_id, local_disks_with(parts, server_id, flavor))
        gone.update(there, map(kept_disk_id, there))
    if not all(_disks_gone(parts, server_id, host_id, gone) for host_id in _hosts_of(parts, server_id)):
        return False
    if server.shelved_image_id is not None:
        remove_image(parts, server.shelved_image_id)
    return True


def _disks_gone(parts: Parts, server_id: ServerId, host_id: str, disk_ids: Collection[str]) -> bool:
    """A host that was away when the guest was to go, and is back now, has it still: then it goes first."""
    try:
        for disk_id in sorted(disk_ids):
            parts.hosts.remove_disk(host_id, disk_id)
    except Conflict as error:
        if error.code != "disk.in_use":
            raise
        parts.hosts.remove_guest(host_id, server_id)
        return False
    return True


def _hosts_of(parts: Parts, server_id: ServerId) -> list[str]:
    """The host that it is on, and the one that it could have gone back to; without those that are away."""
    server, move = parts.store.servers.find(server_id), parts.store.moves.open_of(server_id)
    host_ids = {server.host_id if server else None, move.source_id if move else None} - {None}
    return [host_id for host_id in sorted(map(str, host_ids)) if not is_away(parts, host_id)]


def unplug_ports(parts: Parts, server_id: ServerId) -> None:
    """Ports made for the server go with it, those that were there before are free again."""
    parts.network.ports.remove_for_server(server_id)


def bury(parts: Parts, server_id: ServerId) -> None:
    with parts.db.write():
        parts.placement.claims.release(ConsumerId(server_id))
        move = parts.store.moves.open_of(server_id)
        if move is not None:
            give_source_back(parts, move.place)
            parts.store.moves.change(move.id, parts.clock.now(), status=MoveStatus.CANCELLED)
        parts.store.servers.bury(server_id, parts.clock.now())


def mark_undeleted(parts: Parts, server_id: ServerId, fault: RunFault) -> None:
    """ERROR: it may be deleted again."""
    now = parts.clock.now()
    with parts.db.write():
        if parts.store.servers.find(server_id) is not None:
            told = Fault(fault.code, fault.message, f"{fault.code}: {fault.message}", now)
            parts.store.servers.move(server_id, ServerState.ERROR, now, told)
