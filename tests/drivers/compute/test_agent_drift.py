"""What somebody takes away behind an agent's back is told, and made again when the guest is asked for anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.nic.fake import FakeNics
from haneul.hostapi import Power
from tests.drivers.compute.agents import AgentBench
from tests.drivers.compute.bench import until
from tests.drivers.compute.specs import SERVER, disk_spec, guest_spec

PORT = guest_spec().nics[0].port_id


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[AgentBench]:
    bench = AgentBench(tmp_path)
    bench.hosts.ensure_disk(bench.host_id, disk_spec())
    until(bench, lambda: is_whole(bench))
    yield bench
    bench.close()


def is_whole(agents: AgentBench) -> bool:
    return agents.hosts.ensure_guest(agents.host_id, guest_spec()).is_settled


def test_a_guest_taken_from_the_hypervisor_is_told_and_made_again(agents: AgentBench) -> None:
    machine = agents.thread.machine.hypervisor
    machine.remove(SERVER)

    left = agents.hosts.list_leftovers(agents.host_id)
    assert (left.guests, left.present) == ((SERVER,), ())

    until(agents, lambda: is_whole(agents))
    assert agents.hosts.list_leftovers(agents.host_id).present == (SERVER,)
    assert agents.hosts.get_guest(agents.host_id, SERVER).power is Power.RUNNING


def test_a_card_whose_device_is_gone_is_pulled_out_and_plugged_anew(agents: AgentBench) -> None:
    nics, hypervisor = agents.thread.machine.nics, agents.thread.machine.hypervisor
    assert isinstance(nics, FakeNics) and isinstance(hypervisor, FakeHypervisor)
    nics.torn.add(PORT)

    left = agents.hosts.list_leftovers(agents.host_id)
    assert (left.ports, left.plugged) == ((PORT,), ())

    assert not is_whole(agents)
    assert hypervisor.list_cards(SERVER) == frozenset()
    until(agents, lambda: is_whole(agents))
    assert hypervisor.list_cards(SERVER) == {nics.device(PORT)}
    assert agents.hosts.list_leftovers(agents.host_id).plugged == (PORT,)
