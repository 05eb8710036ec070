"""A volume waits for hosts that have lost their connection just now, rather than end in ERROR."""

from __future__ import annotations

from pathlib import Path

from haneul.drivers.volume.agents import AgentVolumes
from haneul.drivers.volume.fake import FakeVolumes
from haneul.hostapi import HostInventory
from haneul.kit.clock import SteppedClock
from tests.clouds import OpenCloud, open_cloud


def status(cloud: OpenCloud, volume_id: str) -> str:
    project = cloud.names["demo_project"]
    return str(cloud.ask("GET", f"/volume/v3/{project}/volumes/{volume_id}")["volume"]["status"])


def test_a_volume_is_made_once_the_hosts_are_back(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as cloud:
        volumes = cloud.plane.world.volumes
        assert isinstance(volumes, FakeVolumes)
        volumes.are_expected = True
        hosts = cloud.reality.hosts
        for host_id in hosts.hosts:
            hosts.take_away(host_id)
        project = cloud.names["demo_project"]
        made = cloud.ask("POST", f"/volume/v3/{project}/volumes", {"volume": {"size": 1}})["volume"]["id"]
        cloud.work()
        assert status(cloud, made) == "creating"

        for host_id in hosts.hosts:
            hosts.bring_back(host_id)
        cloud.work(10)

        assert status(cloud, made) == "available"


class Agents:
    """Connections that come and go when they are told to."""

    def __init__(self, *hosts: HostInventory) -> None:
        self.hosts = hosts

    def connected(self) -> tuple[HostInventory, ...]:
        return self.hosts

    def ask(self, host_id: str, op: str, **args: object) -> object:
        return ()

    def serve_streams(self, read: object) -> None:
        """Nothing is read."""


def test_hosts_are_expected_for_a_while_after_they_left_and_after_a_start(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as cloud:
        (inventory, other) = cloud.plane.world.hosts.connected()
    clock = SteppedClock()
    agents = Agents(inventory, other)
    volumes = AgentVolumes(agents, clock)
    assert volumes.may_return()
    clock.move(31)
    volumes.rooms()
    assert not volumes.may_return()

    agents.hosts = (other,)
    assert volumes.may_return()
    clock.move(61)
    assert not volumes.may_return()
