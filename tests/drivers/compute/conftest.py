from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from haneul.drivers.compute.fake import FakeHosts, FakeWorld
from haneul.drivers.volume.fake import FakeVolumes
from haneul.hostapi import Event, Power, VolumePlace, VolumeSpec
from haneul.kit.clock import SteppedClock
from tests.drivers.compute.agents import AgentBench
from tests.drivers.compute.bench import Bench


class FakeBench:
    """Fake hosts that need a second for everything."""

    def __init__(self) -> None:
        self._clock = SteppedClock()
        self._world = FakeWorld(clock=self._clock, boot_s=1.0, fetch_s=1.0)
        self.hosts = FakeHosts(self._world)
        self.host_id = next(iter(self._world.hosts))
        self.events: list[tuple[str, Event]] = []
        self.hosts.on_event(lambda host_id, event: self.events.append((host_id, event)))

    def let_time_pass(self) -> None:
        self._clock.move(0.5)
        self._world.settle()

    def switch_off(self, server_id: str, power: Power) -> None:
        self._world.switch_off(server_id, power)

    def is_guarded(self, port_id: str) -> bool:
        guests = self._world.hosts[self.host_id].guests.values()
        return any(nic.has_port_security for guest in guests for nic in guest.spec.nics if nic.port_id == port_id)

    def make_volume(self, place: VolumePlace) -> None:
        FakeVolumes(self._world).ensure_volume(self.host_id, VolumeSpec(place, 1))

    def take_away(self) -> None:
        self._world.take_away(self.host_id)


@pytest.fixture(params=["fake", "agents"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "fake":
        yield FakeBench()
        return
    agents = AgentBench(tmp_path)
    yield agents
    agents.close()
