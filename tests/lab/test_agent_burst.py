"""Twenty guests at once on one real host, and then none: nothing fails, nothing is left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from haneul.hostapi import DiskSpec, GuestSpec, NicSpec, Power
from tests.drivers.compute.specs import guest_spec
from tests.lab.agent_guest import assert_nothing_left
from tests.lab.agent_host import AgentHost, agent_host
from tests.lab.enclosure import Enclosure

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")
COUNT = 20


@pytest.fixture(scope="module")
def host(enclosure: Enclosure) -> Iterator[AgentHost]:
    with agent_host(enclosure) as host:
        yield host


def small_guest(number: int) -> GuestSpec:
    """It has nothing to boot, so that it costs next to nothing."""
    server_id = f"6b1c3b52-6d5f-4f0c-b6c8-{number:012d}"
    nic = NicSpec(f"{number:08d}-4c11-4000-8000-000000000001", f"fa:16:3e:00:02:{number:02x}", 1442, "net-1")
    return replace(guest_spec(), server_id=server_id, memory_mib=32, disks=(DiskSpec(server_id, 1),), nics=(nic,))


def test_twenty_guests_at_once(host: AgentHost) -> None:
    specs = [small_guest(number) for number in range(COUNT)]

    def make(spec: GuestSpec) -> Power:
        assert host.hosts.ensure_disk(host.host_id, spec.disks[0]).is_ready
        return host.settle(spec).power

    def remove(spec: GuestSpec) -> Power:
        report = host.hosts.remove_guest(host.host_id, spec.server_id)
        host.hosts.remove_disk(host.host_id, spec.server_id)
        return report.power

    with ThreadPoolExecutor(COUNT) as threads:
        assert set(threads.map(make, specs)) == {Power.RUNNING}
        assert host.hosts.connected()[0].host_id == host.host_id
        assert len(host.hosts.list_leftovers(host.host_id).ports) == COUNT
        assert set(threads.map(remove, specs)) == {Power.ABSENT}

    assert_nothing_left(host)
    assert host.agent_memory_mib() < 100
