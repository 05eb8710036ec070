"""A guest is asked to shut down, and switched off if it does not."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is

DEADLINE_S = 300.0


@workflow
def stop_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server that could not be brought to another state is shown in the one it was in."""
    run.wait(guest_stopped, server_id, deadline_s=DEADLINE_S)
    run.step(mark_stopped, server_id)


def guest_stopped(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.STOPPED)


def mark_stopped(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.STOPPED, parts.clock.now())
