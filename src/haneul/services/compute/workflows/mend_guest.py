"""A guest that somebody took away, or whose ports they did, is as it should be again."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import guest_is, host_of

DEADLINE_S = 120.0
POWER_BY_STATE = {
    ServerState.ACTIVE: Power.RUNNING,
    ServerState.STOPPED: Power.STOPPED,
    ServerState.RESCUED: Power.RUNNING,
}
"""States in which a guest can be made anew: what a paused or suspended one had in its memory is gone with it."""


@workflow
def mend_guest(run: Run, server_id: ServerId) -> None:
    """No undo: what could not be mended stays as it was found, and is found again."""
    run.wait(guest_is_whole, server_id, deadline_s=DEADLINE_S)


def guest_is_whole(parts: Parts, server_id: ServerId) -> bool:
    """True also once its state changed: a guest that went off by itself is not brought back by this."""
    wanted = POWER_BY_STATE.get(parts.store.servers.get(server_id).state)
    power = parts.hosts.get_guest(host_of(parts, server_id), server_id).power
    if wanted is None or power not in (Power.ABSENT, wanted):
        return True
    return guest_is(parts, server_id, wanted)
