"""A server goes: guest, disk, network cards, room, and last its row."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import Fault, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import is_away
from haneul.services.placement import ConsumerId

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 300.0


@workflow
def delete_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No step has an undo: what is removed stays removed, and the next attempt finds it done."""
    run.on_failure(mark_undeleted, server_id)
    run.wait(guest_gone, server_id, deadline_s=GUEST_DEADLINE_S)
    run.wait(root_disk_gone, server_id, deadline_s=DISK_DEADLINE_S)
    run.step(unplug_ports, server_id)
    run.step(bury, server_id)


def guest_gone(parts: Parts, server_id: ServerId) -> bool:
    """True once it is, or its host is away: then it is cleared away when the host is back."""
    server = parts.store.servers.find(server_id)
    if server is None or server.host_id is None or is_away(parts, server.host_id):
        return True
    return parts.hosts.remove_guest(server.host_id, server_id).power is Power.ABSENT


def root_disk_gone(parts: Parts, server_id: ServerId) -> bool:
    """As `guest_gone`."""
    server = parts.store.servers.find(server_id)
    if server is not None and server.host_id is not None and not is_away(parts, server.host_id):
        parts.hosts.remove_disk(server.host_id, server_id)
    return True


def unplug_ports(parts: Parts, server_id: ServerId) -> None:
    """Ports made for the server go with it, those that were there before are free again."""
    parts.network.ports.remove_for_server(server_id)


def bury(parts: Parts, server_id: ServerId) -> None:
    with parts.db.write():
        parts.placement.claims.release(ConsumerId(server_id))
        parts.store.servers.bury(server_id, parts.clock.now())


def mark_undeleted(parts: Parts, server_id: ServerId, fault: RunFault) -> None:
    """ERROR: it may be deleted again."""
    now = parts.clock.now()
    with parts.db.write():
        if parts.store.servers.find(server_id) is not None:
            told = Fault(fault.code, fault.message, f"{fault.code}: {fault.message}", now)
            parts.store.servers.move(server_id, ServerState.ERROR, now, told)
