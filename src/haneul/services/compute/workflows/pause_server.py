"""A guest is frozen in memory, and goes on."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is

DEADLINE_S = 60.0


@workflow
def pause_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server that could not be paused is shown as running."""
    run.wait(guest_paused, server_id, deadline_s=DEADLINE_S)
    run.step(mark_paused, server_id)


@workflow
def unpause_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server that could not go on is shown as paused."""
    run.wait(guest_goes_on, server_id, deadline_s=DEADLINE_S)
    run.step(mark_active, server_id)


def guest_paused(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.PAUSED)


def mark_paused(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.PAUSED, parts.clock.now())


def guest_goes_on(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.ACTIVE, parts.clock.now())
