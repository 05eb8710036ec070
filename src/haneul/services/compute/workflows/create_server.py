"""A server is built: room, network cards, disk, guest."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import Fault, PlannedNic, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows import nics
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.birth_volumes import (
    connect_disk,
    disconnect_disk,
    give_volumes_back,
    mark_disks_attached,
    volume_made,
    volume_unmade,
    wanted_disks,
)
from haneul.services.compute.workflows.guests import (
    guest_is,
    is_away,
    remove_guest_now,
    require_host,
)
from haneul.services.compute.workflows.own_disks import fresh_disks_ready, remove_disks
from haneul.services.compute.workflows.placing import NO_HOST, choose_host, explain
from haneul.services.placement import ConsumerId

DISK_DEADLINE_S = 1800.0
GUEST_DEADLINE_S = 300.0
PORT_DEADLINE_S = 120.0


@workflow
def create_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    run.on_failure(mark_failed, server_id)
    host_id = run.step(claim_host, server_id, undo=release_host)
    disks = run.step(wanted_disks, server_id)
    for disk in disks:
        run.wait(volume_made, server_id, host_id, disk, deadline_s=DISK_DEADLINE_S, undo=volume_unmade)
        run.step(connect_disk, server_id, disk, undo=disconnect_disk)
    for nic in run.step(wanted_nics, server_id):
        run.step(make_port, server_id, nic, undo=give_port_back)
        run.step(plug_port, server_id, host_id, nic)
    run.wait(root_disk_ready, server_id, host_id, deadline_s=DISK_DEADLINE_S, undo=remove_root_disk)
    run.wait(guest_runs, server_id, host_id, deadline_s=GUEST_DEADLINE_S, undo=remove_guest)
    run.wait(ports_up, server_id, deadline_s=PORT_DEADLINE_S)
    if disks:
        run.step(mark_disks_attached, server_id)
    run.step(mark_active, server_id)


def claim_host(parts: Parts, server_id: ServerId) -> str:
    """Room on a host, claimed. Raises NoCapacity("placement.no_host")."""
    with parts.db.write():
        server = parts.store.servers.get(server_id)
        if server.host_id is not None:
            return server.host_id
        host_id = choose_host(parts, server, parts.store.servers.birth(server_id))
        parts.store.servers.change(server_id, parts.clock.now(), host_id=host_id)
        return host_id


def release_host(parts: Parts, server_id: ServerId) -> None:
    with parts.db.write():
        parts.placement.claims.release(ConsumerId(server_id))
        parts.store.servers.change(server_id, parts.clock.now(), host_id=None)


def wanted_nics(parts: Parts, server_id: ServerId) -> tuple[PlannedNic, ...]:
    return parts.store.servers.birth(server_id).nics


def make_port(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    with parts.db.write():
        nics.make_port(parts, parts.store.servers.get(server_id), nic)


def give_port_back(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    nics.let_go(parts, server_id, nic)


def plug_port(parts: Parts, server_id: ServerId, host_id: str, nic: PlannedNic) -> None:
    """The network brings the port up on the host. No undo: giving the port back unplugs it."""
    nics.bind_to_host(parts, server_id, host_id, nic)


def root_disk_ready(parts: Parts, server_id: ServerId, host_id: str) -> bool:
    """And those beside it."""
    require_host(parts, host_id)
    return fresh_disks_ready(parts, parts.store.servers.get(server_id), host_id)


def remove_root_disk(parts: Parts, server_id: ServerId, host_id: str) -> None:
    if not is_away(parts, host_id):
        remove_disks(parts, server_id, host_id)


def guest_runs(parts: Parts, server_id: ServerId, host_id: str) -> bool:
    require_host(parts, host_id)
    return guest_is(parts, server_id, Power.RUNNING)


def remove_guest(parts: Parts, server_id: ServerId, host_id: str) -> None:
    remove_guest_now(parts, server_id, host_id)


def ports_up(parts: Parts, server_id: ServerId) -> bool:
    return nics.ports_are_up(parts, server_id)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    """It runs. No undo: nothing follows."""
    now = parts.clock.now()
    with parts.db.write():
        parts.store.servers.move(server_id, ServerState.ACTIVE, now)
        parts.store.servers.change(server_id, now, launched_at=now)


def mark_failed(parts: Parts, server_id: ServerId, fault: RunFault) -> None:
    """ERROR, with what went wrong for its owner and for the administrator; nothing if it is being deleted."""
    now = parts.clock.now()
    with parts.db.write():
        server = parts.store.servers.find(server_id)
        if server is None or server.state is not ServerState.BUILDING:
            return
        details = f"{fault.code}: {fault.message}"
        if fault.code == NO_HOST:
            details = explain(parts, server, parts.store.servers.birth(server_id)).message or details
        give_volumes_back(parts, server_id)
        parts.store.servers.move(server_id, ServerState.ERROR, now, Fault(fault.code, fault.message, details, now))
