"""A stopped server runs again."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is

DEADLINE_S = 300.0


@workflow
def start_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server that could not be brought to another state is shown in the one it was in."""
    run.wait(guest_runs, server_id, deadline_s=DEADLINE_S)
    run.step(mark_active, server_id)


def guest_runs(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.ACTIVE, parts.clock.now())
