"""A guest's memory goes to its host's disk, and comes back."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import bring_back, guest_is

DEADLINE_S = 900.0


@workflow
def suspend_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """What could not be saved runs on: the undo asks for that, should the saving have been finished late."""
    run.wait(guest_suspended, server_id, deadline_s=DEADLINE_S, undo=guest_wakes)
    run.step(mark_suspended, server_id)


@workflow
def resume_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server that could not be resumed keeps its memory on disk."""
    run.wait(guest_resumed, server_id, deadline_s=DEADLINE_S)
    run.step(mark_active, server_id)


def guest_suspended(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.SUSPENDED)


def guest_wakes(parts: Parts, server_id: ServerId) -> None:
    bring_back(parts, server_id, Power.RUNNING)


def mark_suspended(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.SUSPENDED, parts.clock.now())


def guest_resumed(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.ACTIVE, parts.clock.now())
