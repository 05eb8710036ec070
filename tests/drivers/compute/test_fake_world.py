"""What only the fake can do: fail to order, and keep its world."""

from __future__ import annotations

import pytest

from haneul.drivers.compute.fake import FakeHosts, FakeWorld, fake_host_id
from haneul.hostapi import Power
from haneul.kit.errors import Unavailable
from tests.drivers.compute.specs import SERVER, disk_spec, guest_spec

HOST = fake_host_id(1)


def test_the_next_call_fails_before_anything_is_done() -> None:
    hosts = FakeHosts(FakeWorld())
    hosts.world.fail_next("ensure_disk", Unavailable("host.timeout", "Ask again"))

    with pytest.raises(Unavailable):
        hosts.ensure_disk(HOST, disk_spec())

    assert hosts.world.leftovers() == []
    assert hosts.ensure_disk(HOST, disk_spec()).is_ready


def test_a_late_failure_leaves_the_work_done() -> None:
    hosts = FakeHosts(FakeWorld())
    hosts.world.fail_next("ensure_disk", Unavailable("host.timeout", "Ask again"), is_late=True)

    with pytest.raises(Unavailable):
        hosts.ensure_disk(HOST, disk_spec())

    assert hosts.world.leftovers() == [f"fake-1: disk {SERVER}"]


def test_guests_outlive_the_control_plane() -> None:
    world = FakeWorld()
    before = FakeHosts(world)
    before.ensure_disk(HOST, disk_spec())
    before.ensure_guest(HOST, guest_spec())

    assert FakeHosts(world).get_guest(HOST, SERVER).power is Power.RUNNING


def test_hosts_bear_the_same_ids_in_every_world() -> None:
    first, second = FakeWorld(count=3), FakeWorld(count=3)

    assert list(first.hosts) == list(second.hosts)
