"""A guest begins anew: softly by asking it, hard by switching it off and on."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is

DEADLINE_S = 300.0


@workflow
def reboot_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: a reboot cannot be taken back. How often the server was rebooted is counted by the verb."""
    run.wait(guest_rebooted, server_id, deadline_s=DEADLINE_S)
    run.step(mark_active, server_id)


@workflow
def hard_reboot_server(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """As `reboot_server`; a workflow of its own, so that its name tells which of the two it is."""
    run.wait(guest_rebooted, server_id, deadline_s=DEADLINE_S)
    run.step(mark_active, server_id)


def guest_rebooted(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.ACTIVE, parts.clock.now())
