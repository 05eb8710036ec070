"""A guest's life on a real host: libvirt, QEMU, Open vSwitch and OVN, by the control plane's driver alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.hostapi import Event, GuestSpec, NicSpec, Power, RebootSpec
from haneul.kit.errors import Conflict
from tests.lab.agent_guest import (
    SECOND_IP,
    SECOND_NETWORK,
    SERVER,
    answers,
    assert_nothing_left,
    booted,
    boots,
    emulator_of,
    inner_pid,
    make_disk,
    make_network,
    make_second_network,
    press_power_button,
    spec,
)
from tests.lab.agent_host import AgentHost, agent_host, until
from tests.lab.consoles import Typist, shake_hands
from tests.lab.enclosure import Enclosure

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")


@pytest.fixture(scope="module")
def host(enclosure: Enclosure, tiny_image: Path) -> Iterator[AgentHost]:
    with agent_host(enclosure) as host:
        host.images["tiny"] = tiny_image
        make_network(host)
        yield host


@pytest.fixture(scope="module")
def first(host: AgentHost, tiny_image: Path) -> Iterator[GuestSpec]:
    """A guest that lives through these tests; with its removal everything of it is gone."""
    wanted = spec(tiny_image)
    make_disk(host, wanted)
    host.settle(wanted)
    booted(host)
    yield wanted
    remove(host)


@pytest.fixture
def guest(host: AgentHost, first: GuestSpec) -> GuestSpec:
    """The guest, which runs and answers, whatever the test before has done to it."""
    host.settle(first)
    until(lambda: answers(host), 180, "the guest to answer")
    return first


def remove(host: AgentHost) -> None:
    host.hosts.remove_guest(host.host_id, SERVER)
    host.hosts.remove_disk(host.host_id, SERVER)
    assert_nothing_left(host)


@pytest.mark.parametrize("has_config_drive", [True, False], ids=["config drive", "metadata service"])
def test_a_guest_boots_and_is_told_who_it_is(host: AgentHost, tiny_image: Path, has_config_drive: bool) -> None:
    wanted = spec(tiny_image, has_config_drive)
    make_disk(host, wanted)
    host.settle(wanted)

    until(lambda: "user data ran" in host.console(SERVER), 180, "the user data")

    source = "config-drive" if has_config_drive else "openstack-metadata"
    assert f"source={source} instance={SERVER}" in host.console(SERVER)
    remove(host)


def test_a_guest_is_stopped_by_its_power_button_and_boots_again(host: AgentHost, guest: GuestSpec) -> None:
    began = time.monotonic()
    report = host.hosts.ensure_guest(host.host_id, replace(guest, power=Power.STOPPED))
    assert not report.is_settled, "it is asked, not switched off"

    host.settle(replace(guest, power=Power.STOPPED))

    assert time.monotonic() - began < guest.stop_timeout_s, "it listened"
    assert host.hosts.list_leftovers(host.host_id).ports != (), "its network cards stay plugged in"
    before = boots(host)
    host.settle(guest)
    booted(host, before + 1)


def test_a_guest_that_powers_itself_off_is_seen_within_two_seconds(host: AgentHost, guest: GuestSpec) -> None:
    host.events.clear()
    pid = emulator_of(host)
    press_power_button(host)
    until(lambda: not Path(f"/proc/{pid}").exists(), 60, "the emulator to end")
    ended = time.monotonic()

    until(lambda: any(event == Event("guest_changed", SERVER) for _, event in host.events), 2, "the event")

    assert time.monotonic() - ended < 2
    until(lambda: host.power(SERVER) is Power.STOPPED, 5, "the guest to be off")


def test_a_guest_that_does_not_listen_is_switched_off(host: AgentHost, guest: GuestSpec) -> None:
    host.settle(replace(guest, power=Power.PAUSED))
    host.settle(replace(guest, power=Power.STOPPED))
    host.settle(guest)

    deaf = replace(guest, power=Power.STOPPED, stop_timeout_s=2)
    host.settle(deaf, deadline_s=20)  # it is still in its boot loader and does not know of power buttons

    assert host.power(SERVER) is Power.STOPPED


@pytest.mark.parametrize("is_hard", [False, True], ids=["soft", "hard"])
def test_a_guest_is_rebooted(host: AgentHost, guest: GuestSpec, is_hard: bool) -> None:
    before, count = boots(host), 2 if is_hard else 1

    host.settle(replace(guest, reboot=RebootSpec(count, is_hard)))

    booted(host, before + 1)


def test_a_guest_is_paused_and_goes_on(host: AgentHost, guest: GuestSpec) -> None:
    assert host.settle(replace(guest, power=Power.PAUSED)).power is Power.PAUSED
    assert not answers(host)

    assert host.settle(guest).power is Power.RUNNING
    until(lambda: answers(host), 30, "the guest to answer")


def test_a_guest_whose_emulator_dies_is_seen_and_started_again(host: AgentHost, guest: GuestSpec) -> None:
    host.call("kill", "-9", str(inner_pid(emulator_of(host))))

    until(lambda: host.power(SERVER) is Power.CRASHED, 10, "the crash to be seen")
    before = boots(host)
    host.settle(guest)
    booted(host, before + 1)


def test_the_console_is_offered_while_the_guest_runs(host: AgentHost, guest: GuestSpec) -> None:
    vnc = host.hosts.get_console(host.host_id, SERVER, "vnc").address
    assert vnc.startswith("unix:")
    assert host.hosts.get_console(host.host_id, SERVER, "serial").address.startswith("/dev/pts/")
    host.settle(replace(guest, power=Power.STOPPED, stop_timeout_s=0))

    with pytest.raises(Conflict):
        host.hosts.get_console(host.host_id, SERVER, "vnc")


def test_a_command_typed_on_the_serial_console_is_answered(host: AgentHost, guest: GuestSpec) -> None:
    async def work() -> None:
        typist = Typist(host.hosts.open_console(host.host_id, SERVER, "serial"))
        await typist.log_in()
        await typist.type("echo six times seven is $((6 * 7))")
        await typist.read_until(b"six times seven is 42")
        await typist.type("exit")
        await typist.console.close()

    asyncio.run(work())


def test_a_serial_console_that_is_opened_again_is_taken_over(host: AgentHost, guest: GuestSpec) -> None:
    async def work() -> None:
        first = host.hosts.open_console(host.host_id, SERVER, "serial")
        second = Typist(host.hosts.open_console(host.host_id, SERVER, "serial"))
        while await asyncio.wait_for(first.receive(), 20):
            pass
        await second.type("")
        await second.read_until(b"login: ")
        await second.console.close()

    asyncio.run(work())


def test_the_screen_speaks_rfb_and_ends_with_the_guest(host: AgentHost, guest: GuestSpec) -> None:
    async def work() -> None:
        console = host.hosts.open_console(host.host_id, SERVER, "vnc")
        width, height = await shake_hands(console)
        assert width >= 640 and height >= 400
        off = replace(guest, power=Power.STOPPED, stop_timeout_s=0)
        await asyncio.to_thread(host.settle, off)
        while await asyncio.wait_for(console.receive(), 20):
            pass
        await console.close()

    asyncio.run(work())


@pytest.fixture(scope="module")
def second_card(host: AgentHost) -> NicSpec:
    return make_second_network(host)


def test_a_network_card_is_plugged_in_and_pulled_out_while_the_guest_runs(
    host: AgentHost, guest: GuestSpec, second_card: NicSpec
) -> None:
    emulator = emulator_of(host)
    host.settle(replace(guest, nics=(*guest.nics, second_card)))
    until(lambda: answers(host, SECOND_IP, SECOND_NETWORK), 60, "the guest to answer by its second card")
    host.kill_agent()
    host.start_agent()

    host.settle(guest)

    assert host.hosts.list_leftovers(host.host_id).ports == (guest.nics[0].port_id,)
    assert not answers(host, SECOND_IP, SECOND_NETWORK)
    assert answers(host)
    assert emulator_of(host) == emulator


def test_a_second_card_is_there_after_a_stop_and_a_start(
    host: AgentHost, guest: GuestSpec, second_card: NicSpec
) -> None:
    two = replace(guest, nics=(*guest.nics, second_card))
    host.settle(two)
    host.settle(replace(two, power=Power.STOPPED, stop_timeout_s=0))

    host.settle(two)

    until(lambda: answers(host, SECOND_IP, SECOND_NETWORK), 180, "the guest to answer by its second card")


def test_a_card_that_a_paused_guest_was_to_let_go_of_is_gone_once_it_goes_on(
    host: AgentHost, guest: GuestSpec, second_card: NicSpec
) -> None:
    two = replace(guest, nics=(*guest.nics, second_card))
    host.settle(two)
    host.settle(replace(two, power=Power.PAUSED))

    host.settle(replace(guest, power=Power.PAUSED))
    host.settle(guest)

    assert host.hosts.list_leftovers(host.host_id).ports == (guest.nics[0].port_id,)


def test_the_agent_is_small(host: AgentHost, guest: GuestSpec) -> None:
    assert host.agent_memory_mib() < 100
