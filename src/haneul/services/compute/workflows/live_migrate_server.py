"""A guest goes to another host while it runs."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.errors import Unavailable
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ChosenPlace, MoveOrder, MoveStatus, ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import is_away
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

MOVE_DEADLINE_S = 4 * 3600.0


@workflow
def live_migrate_server(run: Run, server_id: ServerId, asked_by: AskedBy, order: MoveOrder) -> None:
    run.on_failure(tell_move_failed, server_id, order)
    place = run.step(claim_place, server_id, order, undo=give_place_back)
    run.wait(guest_moved, server_id, place, deadline_s=MOVE_DEADLINE_S, undo=guest_moved_back)
    run.step(switch_over, server_id, place, order, undo=switch_back)
    run.step(plug_ports_there, server_id, place, undo=plug_ports_back)
    run.step(mark_migrated, server_id, place)


def guest_moved(parts: Parts, server_id: ServerId, place: ChosenPlace) -> bool:
    report = parts.hosts.move_guest(place.source_id, server_id, place.target_id)
    return report.is_settled and report.power in (Power.RUNNING, Power.PAUSED)


def guest_moved_back(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """Where it came from it stays, whether it had left or not."""
    if is_away(parts, place.target_id) or is_away(parts, place.source_id):
        return
    if parts.hosts.get_guest(place.source_id, server_id).power is not Power.ABSENT:
        parts.hosts.stay_guest(place.source_id, server_id)
    elif not parts.hosts.move_guest(place.target_id, server_id, place.source_id).is_settled:
        raise Unavailable("guest.not_back", f"Guest {server_id} is still on its way back.")


def mark_migrated(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """No undo: nothing follows."""
    with parts.db.write():
        give_source_back(parts, place)
        parts.store.moves.change(place.move_id, parts.clock.now(), status=MoveStatus.COMPLETED)
