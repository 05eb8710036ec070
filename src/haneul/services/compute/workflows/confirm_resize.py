"""A resize or a migration is for good: what was kept for the way back goes."""

from __future__ import annotations

from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ChosenPlace, MoveStatus, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.moving import give_source_back, source_cleared


@workflow
def confirm_resize(run: Run, server_id: ServerId, asked_by: AskedBy, place: ChosenPlace, was_stopped: bool) -> None:
    """No undo: it was said to be for good, and asked again it goes on where it was."""
    run.step(source_cleared, server_id, place)
    run.step(mark_confirmed, server_id, place, was_stopped)


def mark_confirmed(parts: Parts, server_id: ServerId, place: ChosenPlace, was_stopped: bool) -> None:
    now = parts.clock.now()
    with parts.db.write():
        give_source_back(parts, place)
        parts.store.moves.change(place.move_id, now, status=MoveStatus.CONFIRMED)
        parts.store.servers.move(server_id, ServerState.STOPPED if was_stopped else ServerState.ACTIVE, now)
