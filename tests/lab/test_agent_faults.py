"""Bad luck on a real host: whatever dies there, the guest goes on, and so does the work."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.agent.metadata.namespaces import inside
from haneul.cli.machine import libvirt, switch
from haneul.hostapi import Event, GuestSpec, Power
from haneul.kit.errors import Conflict, Unavailable
from tests.lab.agent_guest import (
    METADATA_NAMESPACE,
    SERVER,
    answers,
    assert_nothing_left,
    booted,
    make_disk,
    make_network,
    press_power_button,
    spec,
    virsh,
)
from tests.lab.agent_host import AgentHost, agent_host, until
from tests.lab.enclosure import Enclosure

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")


@pytest.fixture(scope="module")
def host(enclosure: Enclosure, tiny_image: Path) -> Iterator[AgentHost]:
    with agent_host(enclosure) as host:
        host.images["tiny"] = tiny_image
        make_network(host)
        yield host
        host.hosts.remove_guest(host.host_id, SERVER)
        host.hosts.remove_disk(host.host_id, SERVER)
        assert_nothing_left(host)


@pytest.fixture(scope="module")
def disk(host: AgentHost, tiny_image: Path) -> GuestSpec:
    """The disk is made although the agent is killed in the middle of fetching its image."""
    wanted = spec(tiny_image)
    is_half_way, goes_on = threading.Event(), threading.Event()
    read = host.read_image

    def slow_read(image_id: str, offset: int, length: int) -> bytes:
        if offset > 4 * 1024 * 1024 and not goes_on.is_set():
            is_half_way.set()
            goes_on.wait(60)
        return read(image_id, offset, length)

    host.slow_down(slow_read)
    host.hosts.ensure_disk(host.host_id, wanted.disks[0])
    assert is_half_way.wait(60)
    host.kill_agent()
    goes_on.set()
    host.start_agent()
    make_disk(host, wanted)
    return wanted


@pytest.fixture(scope="module")
def booted_guest(host: AgentHost, disk: GuestSpec) -> GuestSpec:
    host.settle(disk)
    booted(host)
    return disk


@pytest.fixture
def guest(host: AgentHost, booted_guest: GuestSpec) -> GuestSpec:
    """A guest that runs and answers, whatever the test before has done to it."""
    host.settle(booted_guest)
    until(lambda: answers(host), 120, "the guest to answer")
    return booted_guest


def test_no_half_image_is_left_of_an_agent_that_was_killed(host: AgentHost, disk: GuestSpec) -> None:
    assert [path.suffix for path in (host.state / "agent" / "bases").iterdir()] == [".qcow2"]


def test_the_guest_goes_on_without_the_agent_and_is_told_again_by_the_next(host: AgentHost, guest: GuestSpec) -> None:
    host.kill_agent()
    until(lambda: answers(host), 20, "the guest to answer all the same")
    assert metadata_status(host) == 0

    host.start_agent()

    assert host.settle(guest).power is Power.RUNNING
    until(lambda: metadata_status(host) == 404, 20, "the metadata service")


def test_a_stop_that_was_begun_ends_under_the_next_agent(host: AgentHost, guest: GuestSpec) -> None:
    stopped = replace(guest, power=Power.STOPPED)
    assert not host.hosts.ensure_guest(host.host_id, stopped).is_settled

    host.kill_agent()
    host.start_agent()

    until(lambda: host.power(SERVER) is Power.STOPPED, 90, "the guest to be off")
    assert host.settle(stopped).is_settled


def test_libvirt_may_die_and_come_back(host: AgentHost, guest: GuestSpec) -> None:
    host.kill_daemon("libvirt")
    with pytest.raises(Unavailable) as refusal:
        host.hosts.get_guest(host.host_id, SERVER)
    assert refusal.value.code == "hypervisor.away"
    until(lambda: answers(host), 20, "the guest to answer all the same")

    host.start(libvirt.private_part(host.state))

    until(lambda: is_running(host), 20, "the guest to be found")
    host.events.clear()
    press_power_button(host)
    until(lambda: host.power(SERVER) is Power.STOPPED, 60, "the guest to go off")
    assert any(event == Event("guest_changed", SERVER) for _, event in host.events)


def test_the_switch_may_die_and_come_back(host: AgentHost, guest: GuestSpec) -> None:
    host.kill_daemon("ovs-switch")

    host.start(switch.daemon_part(host.switch))

    until(lambda: answers(host), 60, "the guest to answer")
    until(lambda: metadata_status(host) == 404, 20, "the metadata service")


def test_the_switch_s_database_may_die_and_come_back(host: AgentHost, guest: GuestSpec) -> None:
    host.kill_daemon("ovs-db")

    host.start(switch.database_part(host.switch))

    until(lambda: answers(host), 60, "the guest to answer")
    assert len(host.hosts.list_leftovers(host.host_id).ports) == 1
    assert host.settle(guest).is_settled


def test_what_is_not_ours_is_not_touched(host: AgentHost, guest: GuestSpec) -> None:
    other = "99999999-3c7b-4a47-9d4f-2b6d8f0a1c99"
    xml = host.state / "other.xml"
    xml.write_text(
        f"<domain type='qemu'><name>other</name><uuid>{other}</uuid><memory>4096</memory>"
        "<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
    )
    virsh(host, "define", str(xml))

    assert host.hosts.list_leftovers(host.host_id).guests == (SERVER,)
    assert host.power(other) is Power.ABSENT
    with pytest.raises(Conflict) as refusal:
        host.hosts.ensure_guest(host.host_id, replace(guest, server_id=other, nics=()))
    assert refusal.value.code == "guest.foreign"
    host.hosts.remove_guest(host.host_id, other)

    assert "other" in virsh(host, "list", "--all", "--name")
    virsh(host, "undefine", other)


def test_a_guest_that_is_going_off_can_be_removed(host: AgentHost, guest: GuestSpec) -> None:
    host.hosts.ensure_guest(host.host_id, replace(guest, power=Power.STOPPED))

    assert host.hosts.remove_guest(host.host_id, SERVER).power is Power.ABSENT

    left = host.hosts.list_leftovers(host.host_id)
    assert (left.guests, left.ports, left.disks) == ((), (), (SERVER,))


def is_running(host: AgentHost) -> bool:
    try:
        return host.power(SERVER) is Power.RUNNING
    except Unavailable:
        return False


def metadata_status(host: AgentHost) -> int:
    """What a stranger on the network is answered; 0 when nobody answers."""

    def ask() -> int:
        connection = http.client.HTTPConnection("169.254.169.254", timeout=3)
        try:
            connection.request("GET", "/openstack/latest/meta_data.json")
            return connection.getresponse().status
        except OSError:
            return 0

    return inside(f"/proc/{host.machine.pid}/root/run/netns/{METADATA_NAMESPACE}", ask)
