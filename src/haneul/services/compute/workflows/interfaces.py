"""Network cards plugged into a server, and pulled out, while it lives."""

from __future__ import annotations

from contextlib import suppress

from haneul.hostapi import Power
from haneul.kit.errors import NotFound, Unavailable
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import PlannedNic, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows import nics
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import guest_is

DEADLINE_S = 60.0
_POWER_BY_STATE = {
    ServerState.ACTIVE: Power.RUNNING,
    ServerState.STOPPED: Power.STOPPED,
    ServerState.PAUSED: Power.PAUSED,
}


@workflow
def attach_interface(run: Run, server_id: ServerId, asked_by: AskedBy, nic: PlannedNic) -> None:
    """The port was made by the verb, so that its answer could tell of it: what fails takes it back."""
    run.step(make_port, server_id, nic, undo=take_port_back)
    run.step(plug_port, server_id, nic)
    run.wait(guest_has_its_cards, server_id, deadline_s=DEADLINE_S)


@workflow
def detach_interface(run: Run, server_id: ServerId, asked_by: AskedBy, nic: PlannedNic) -> None:
    """The port is off the server with the first step, and stays so whatever happens: the guest follows."""
    run.step(give_port_back, server_id, nic, undo=tell_host)
    run.wait(guest_has_its_cards, server_id, deadline_s=DEADLINE_S)


@workflow
def inject_network_info(run: Run, server_id: ServerId, asked_by: AskedBy) -> None:
    """No undo: the guest's host is told again what is so already."""
    run.wait(guest_has_its_cards, server_id, deadline_s=DEADLINE_S)


def make_port(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    """Finds what the verb did."""
    with parts.db.write():
        nics.make_port(parts, parts.store.servers.get(server_id), nic)


def give_port_back(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    nics.let_go(parts, server_id, nic)


def take_port_back(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    give_port_back(parts, server_id, nic)
    tell_host(parts, server_id, nic)


def tell_host(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    """Have the guest lose the card, without waiting for it: what a host that is away keeps of it, upkeep removes."""
    with suppress(Unavailable, NotFound):
        guest_has_its_cards(parts, server_id)


def plug_port(parts: Parts, server_id: ServerId, nic: PlannedNic) -> None:
    """No undo: giving the port back unplugs it."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is not None:
        nics.bind_to_host(parts, server_id, host_id, nic)


def guest_has_its_cards(parts: Parts, server_id: ServerId) -> bool:
    """Have the host give the guest the cards of the server's ports, no more and no less."""
    server = parts.store.servers.get(server_id)
    power = _POWER_BY_STATE.get(server.state)
    return power is None or guest_is(parts, server_id, power)
