"""A resize or a migration is taken back: the server is again as it was, and so is its disk."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Fault as RunFault
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ChosenPlace, Fault, MoveOrder, MoveStatus, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is, is_away, power_of
from haneul.services.compute.workflows.moving import disk_back, give_place_back, plug_ports_back, switch_back

GUEST_DEADLINE_S = 300.0


@workflow
def revert_resize(run: Run, server_id: ServerId, asked_by: AskedBy, place: ChosenPlace, order: MoveOrder) -> None:
    """No step has an undo: each brings the server nearer to how it was, and so does what follows a failure."""
    run.on_failure(mark_broken, server_id, order)
    run.wait(new_guest_gone, server_id, place, deadline_s=GUEST_DEADLINE_S)
    run.step(disk_back, server_id, place, order)
    run.step(switch_back, server_id, place, order)
    run.step(give_place_back, server_id, order)
    run.step(plug_ports_back, server_id, place)
    run.wait(old_guest_stands, server_id, order, deadline_s=GUEST_DEADLINE_S)
    run.step(mark_reverted, server_id, order)


def new_guest_gone(parts: Parts, server_id: ServerId, place: ChosenPlace) -> bool:
    if place.is_here:
        return guest_is(parts, server_id, Power.STOPPED)
    return is_away(parts, place.target_id) or (
        parts.hosts.remove_guest(place.target_id, server_id).power is Power.ABSENT
    )


def old_guest_stands(parts: Parts, server_id: ServerId, order: MoveOrder) -> bool:
    return guest_is(parts, server_id, power_of(order.was_stopped))


def mark_reverted(parts: Parts, server_id: ServerId, order: MoveOrder) -> None:
    now = parts.clock.now()
    with parts.db.write():
        parts.store.moves.change(order.id, now, status=MoveStatus.REVERTED)
        parts.store.servers.move(server_id, ServerState.STOPPED if order.was_stopped else ServerState.ACTIVE, now)


def mark_broken(parts: Parts, server_id: ServerId, order: MoveOrder, fault: RunFault) -> None:
    """While the new guest may still be there it can be asked for again; later the server is in ERROR."""
    now = parts.clock.now()
    with parts.db.write():
        server, move = parts.store.servers.find(server_id), parts.store.moves.find(order.id)
        if server is None or move is None or server.state is ServerState.DELETING:
            return
        if server.host_id == move.source_id and server.flavor == move.old_flavor:
            give_place_back(parts, server_id, order)
            parts.store.moves.change(order.id, now, status=MoveStatus.ERROR)
            told = Fault(fault.code, fault.message, f"{fault.code}: {fault.message}", now)
            parts.store.servers.move(server_id, ServerState.ERROR, now, told)
