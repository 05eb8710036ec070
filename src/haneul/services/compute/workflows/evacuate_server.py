"""A server whose host is down begins anew on another one: what was on its disk is lost."""

from __future__ import annotations

from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ChosenPlace, Fault, MoveOrder, MoveStatus, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is, is_away, power_of, remove_guest_now
from haneul.services.compute.workflows.moving import (
    claim_place,
    give_place_back,
    give_source_back,
    plug_ports_back,
    plug_ports_there,
    switch_back,
    switch_over,
    tell_move_failed,
)
from haneul.services.compute.workflows.own_disks import fresh_disks_ready, remove_disks

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 1800.0


@workflow
def evacuate_server(run: Run, server_id: ServerId, asked_by: AskedBy, order: MoveOrder) -> None:
    """What is left on the host that is down is cleared away when it is back."""
    run.on_failure(mark_lost, server_id, order)
    place = run.step(claim_place, server_id, order, undo=give_place_back)
    run.step(switch_over, server_id, place, order, undo=switch_back)
    run.step(plug_ports_there, server_id, place, undo=plug_ports_back)
    run.wait(new_disk_there, server_id, place, deadline_s=DISK_DEADLINE_S, undo=no_disk_there)
    run.wait(guest_stands_anew, server_id, place, order, deadline_s=GUEST_DEADLINE_S, undo=no_guest_there)
    run.step(mark_evacuated, server_id, place, order)


def new_disk_there(parts: Parts, server_id: ServerId, place: ChosenPlace) -> bool:
    """And those beside it, empty."""
    return fresh_disks_ready(parts, parts.store.servers.get(server_id), place.target_id)


def no_disk_there(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    if not is_away(parts, place.target_id):
        remove_disks(parts, server_id, place.target_id)


def guest_stands_anew(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> bool:
    return guest_is(parts, server_id, power_of(order.was_stopped))


def no_guest_there(parts: Parts, server_id: ServerId, place: ChosenPlace, _order: MoveOrder) -> None:
    remove_guest_now(parts, server_id, place.target_id)


def mark_evacuated(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> None:
    """No undo: nothing follows."""
    now = parts.clock.now()
    with parts.db.write():
        give_source_back(parts, place)
        parts.store.moves.change(place.move_id, now, status=MoveStatus.COMPLETED)
        parts.store.servers.move(server_id, ServerState.STOPPED if order.was_stopped else ServerState.ACTIVE, now)


def mark_lost(parts: Parts, server_id: ServerId, order: MoveOrder, fault: RunFault) -> None:
    """Still on the host that is down: it may be tried again; nothing if it is being deleted."""
    now = parts.clock.now()
    with parts.db.write():
        tell_move_failed(parts, server_id, order, fault)
        server = parts.store.servers.find(server_id)
        if server is not None and server.state is not ServerState.DELETING:
            told = Fault(fault.code, fault.message, f"{fault.code}: {fault.message}", now)
            parts.store.servers.move(server_id, ServerState.ERROR, now, told)
