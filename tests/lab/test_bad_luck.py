"""What goes wrong by itself: the work is resumed or ends in an answer, and nothing is left behind or stuck."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import (
    SERVERS,
    create,
    delete,
    floating_ip,
    give_back,
    until_gone,
    until_status,
)
from tests.lab.world import World, look

AT_ONCE = 20
BOOT_S = 180
PARTS = ["control", "agent", "ovn-controller", "ovs-switch", "ovn-nb", "libvirt"]
DEATHS = [("control",), ("agent",), ("control", "agent")]


@pytest.fixture
def before(cloud: LabCloud) -> Iterator[World]:
    """The world as the test finds it, and has to leave it."""
    world = look(cloud)
    yield world
    until(lambda: not look(cloud).beyond(world), 60, "nothing to be left", lambda: str(look(cloud).beyond(world)))


@pytest.mark.parametrize("part", PARTS)
def test_what_is_killed_is_back_within_seconds(cloud: LabCloud, part: str):
    kill(cloud, part, within_s=5)

    until(lambda: cloud.machine.haneul("status").returncode == 0, 60, "everything to run", cloud.machine.last_words)


def test_a_login_still_works_after_everything_was_killed(cloud: LabCloud):
    login = f"{cloud.login} hostname"

    until(lambda: cloud.machine.sh(login).stdout.strip() == "first", 60, "a login", cloud.machine.last_words)


@pytest.mark.parametrize("victims", DEATHS, ids=" and ".join)
def test_a_server_is_built_though_processes_die_meanwhile(cloud: LabCloud, before: World, victims: tuple[str, ...]):
    server = create(cloud, "survivor")
    kill(cloud, *victims)

    until_status(cloud, server, "ACTIVE")

    delete(cloud, [server])


def test_twenty_servers_at_once_all_run_though_everything_dies_meanwhile(cloud: LabCloud, before: World):
    with ThreadPoolExecutor(4) as pool:
        servers = list(pool.map(lambda number: create(cloud, f"many-{number}"), range(AT_ONCE)))
    kill(cloud, "control", "agent")

    for server in servers:
        until_status(cloud, server, "ACTIVE")
    assert len(look(cloud).guests) == len(before.guests) + AT_ONCE

    for server in servers:
        cloud.demo.ask("DELETE", f"{SERVERS}/{server}")
    kill(cloud, "control", "agent")
    for server in servers:
        until_gone(cloud, server)


def test_a_server_can_be_deleted_while_it_is_built(cloud: LabCloud, before: World):
    servers = [create(cloud, f"brief-{number}") for number in range(3)]

    delete(cloud, servers)


def test_a_guest_that_powers_itself_off_is_seen(cloud: LabCloud, before: World):
    server = create(cloud, "sleepy")
    until_status(cloud, server, "ACTIVE")
    address = floating_ip(cloud, server)
    login = f"ssh -i state/keys/first -o ConnectTimeout=2 cirros@{address}"
    until(lambda: cloud.machine.sh(f"{login} true").returncode == 0, BOOT_S, f"a login at {address}")

    cloud.machine.sh(f"{login} sudo poweroff")

    assert until_status(cloud, server, "SHUTOFF")["OS-EXT-STS:power_state"] == 4
    delete(cloud, [server])
    give_back(cloud, address)


def test_a_guest_whose_emulator_dies_is_seen_and_can_be_started_again(cloud: LabCloud, before: World):
    server = create(cloud, "fallen")
    until_status(cloud, server, "ACTIVE")

    cloud.machine.ok(f"kill -9 $(cat state/libvirt/run-libvirt/qemu/haneul-{server}.pid)")

    until_status(cloud, server, "SHUTOFF")
    cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {"os-start": None})
    until_status(cloud, server, "ACTIVE")
    delete(cloud, [server])


def kill(cloud: LabCloud, *names: str, within_s: float = 30) -> None:
    """kill -9 of these daemons at once; returns when others are in their places and the cloud answers."""
    before = {name: _pid(cloud, name) for name in names}
    cloud.machine.ok(f"kill -9 {' '.join(before.values())}")
    new = lambda: all(_pid(cloud, name) not in ("", pid) for name, pid in before.items())  # noqa: E731
    until(new, within_s, f"other processes for {', '.join(names)}", cloud.machine.last_words)
    until(lambda: _answers(cloud), 30, "the cloud to answer again", cloud.machine.last_words)


def _pid(cloud: LabCloud, name: str) -> str:
    """As seen inside; empty while the daemon is down."""
    file = cloud.machine.state / "run" / f"{name}.pid"
    return file.read_text().split()[0] if file.exists() else ""


def _answers(cloud: LabCloud) -> bool:
    try:
        return cloud.demo.try_to("GET", "/identity/v3").status == 200
    except OSError:
        return False
