"""A server gets another size, or another host, and stands there until that is confirmed."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ChosenPlace, MoveOrder, MoveStatus, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import bring_back, guest_is, power_of
from haneul.services.compute.workflows.moving import (
    claim_place,
    disk_back,
    disk_carried,
    drop_snapshot,
    give_place_back,
    guest_not_there,
    plug_ports_back,
    plug_ports_there,
    switch_back,
    switch_over,
    tell_move_failed,
)

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 4 * 3600.0


@workflow
def resize_server(run: Run, server_id: ServerId, asked_by: AskedBy, order: MoveOrder) -> None:
    _move(run, server_id, order)


@workflow
def migrate_server(run: Run, server_id: ServerId, asked_by: AskedBy, order: MoveOrder) -> None:
    """As `resize_server`; a workflow of its own, so that its name tells which of the two it is."""
    _move(run, server_id, order)


def _move(run: Run, server_id: ServerId, order: MoveOrder) -> None:
    run.on_failure(tell_move_failed, server_id, order)
    place = run.step(claim_place, server_id, order, undo=give_place_back)
    run.wait(guest_off, server_id, order, deadline_s=GUEST_DEADLINE_S, undo=guest_again)
    run.wait(disk_carried, server_id, place, order, deadline_s=DISK_DEADLINE_S, undo=disk_back)
    run.step(switch_over, server_id, place, order, undo=switch_back)
    run.step(plug_ports_there, server_id, place, undo=plug_ports_back)
    run.wait(guest_stands_there, server_id, place, order, deadline_s=GUEST_DEADLINE_S, undo=guest_not_there)
    run.step(drop_snapshot, server_id, place)
    run.step(mark_resized, server_id, place)


def guest_off(parts: Parts, server_id: ServerId, order: MoveOrder) -> bool:
    return guest_is(parts, server_id, Power.STOPPED)


def guest_again(parts: Parts, server_id: ServerId, order: MoveOrder) -> None:
    bring_back(parts, server_id, power_of(order.was_stopped))


def guest_stands_there(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> bool:
    return guest_is(parts, server_id, power_of(order.was_stopped))


def mark_resized(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """No undo: nothing follows."""
    now = parts.clock.now()
    with parts.db.write():
        parts.store.moves.change(place.move_id, now, status=MoveStatus.FINISHED)
        parts.store.servers.move(server_id, ServerState.RESIZED, now)
