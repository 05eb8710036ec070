"""A server is deleted for its owner and kept for a while, so that a mistake can be mended."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is, is_away

GUEST_DEADLINE_S = 300.0


@workflow
def soft_delete_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: it was marked as deleted by the verb, and whether its guest is off is looked at again on reclaiming."""
    run.wait(guest_off, server_id, deadline_s=GUEST_DEADLINE_S)


@workflow
def restore_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a server whose guest could not be started stays as it is."""
    run.wait(guest_runs, server_id, deadline_s=GUEST_DEADLINE_S)
    run.step(mark_active, server_id)


def guest_off(parts: Parts, server_id: ServerId) -> bool:
    server = parts.store.servers.get(server_id)
    if server.host_id is None or is_away(parts, server.host_id):
        return True
    return guest_is(parts, server_id, Power.STOPPED)


def guest_runs(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    now = parts.clock.now()
    with parts.db.write():
        parts.store.servers.move(server_id, ServerState.ACTIVE, now)
        parts.store.servers.change(server_id, now, set_aside_at=None)
