"""Debian 12 as its installer leaves it, with systemd: from a user's clone to a cloud, through reboots, and back.

One day in a machine's life: the tests of this module follow on each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab import debian
from tests.lab.booted import CLONE, IMAGE, OPERATOR, VISITOR, BootedMachine
from tests.lab.people import until

_HANEUL = f"cd {CLONE} && ./haneul"
_UP = f"{_HANEUL} up --image {IMAGE}"
_PARTS = ("control", "agent", "libvirtd", "ovs-vswitchd", "ovn-ovsdb-server-nb", "ovn-northd", "ovn-controller")
_BOOT_S = 180
_TRACES = """
systemctl list-unit-files --no-legend 'haneul*'
ls /sys/class/net | grep -v -x -e lo -e eth0 -e world
ip netns list
virsh list --all --name
ovs-vsctl --columns=name --format=csv --no-headings list Bridge
ovs-vsctl --bare --columns=external_ids list Open_vSwitch | tr ' ' '\\n' | grep -e ovn-remote -e ovn-bridge -e encap
ovn-nbctl --bare --columns=name list Logical_Switch -- --bare --columns=name list Logical_Router
ovn-sbctl --bare --columns=name list Chassis
nft list tables
find / -xdev -name '*haneul*' -not -path '/home/*' -not -path '/proc/*' -not -path '/sys/*'
find /home /root -name clouds.yaml
"""
"""Prints what the cloud puts on a machine, and nothing on one where there is none."""


@pytest.fixture(scope="module")
def machine(tiny_image: Path) -> Iterator[BootedMachine]:
    machine = BootedMachine(debian.prepare(tiny_image.parent), tiny_image)
    try:
        machine.boot()
        yield machine
    finally:
        machine.close()


@pytest.fixture(scope="module")
def greeting(machine: BootedMachine) -> str:
    """What the first `up` says at its end, typed by a user who may use sudo."""
    done = machine.sh(_UP, OPERATOR, timeout_s=600)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{machine.last_words()}"
    return done.stdout


def test_without_a_package_mirror_up_says_what_to_do(machine: BootedMachine):
    machine.has_mirror(False)
    without_python = machine.sh(_UP, OPERATOR)
    machine.has_mirror(True)
    machine.ok(f"{_HANEUL} version", OPERATOR)
    machine.has_mirror(False)
    without_packages = machine.sh(_UP, OPERATOR)
    machine.has_mirror(True)

    for refused in (without_python, without_packages):
        assert refused.returncode == 1
        assert "machine does not reach its package mirror" in refused.stderr, refused.stderr
        assert "until `apt-get update` succeeds; then run" in refused.stderr, refused.stderr
        assert "Traceback" not in refused.stderr


def test_whoever_may_use_sudo_comes_to_a_login(machine: BootedMachine, greeting: str):
    assert machine.ok(f"{login(greeting)} hostname", OPERATOR).strip() == "first"
    assert machine.ok(f"find /home/{OPERATOR} -not -user {OPERATOR}") == ""


def test_everything_runs_under_systemd(machine: BootedMachine, greeting: str):
    status = machine.ok(f"{_HANEUL} status", OPERATOR)

    for part in _PARTS:
        assert re.search(rf"^ +{part} +(running|active)", status, re.MULTILINE), status
    machine.ok("systemctl is-active haneul-control haneul-agent haneul-bridges")
    assert machine.ok("systemctl is-system-running").strip() == "running"
    assert "0 wrong" in machine.ok(f"{_HANEUL} doctor", OPERATOR)
    assert "is connected" in machine.ok(f"{_HANEUL} logs control", OPERATOR)


def test_a_second_up_changes_nothing(machine: BootedMachine, greeting: str):
    again = machine.sh(f"{_HANEUL} up", OPERATOR)

    assert again.returncode == 0, again.stderr
    assert "nothing to do" in again.stderr
    assert login(again.stdout) == login(greeting)


def test_the_guest_outlives_down_and_is_found_by_up(machine: BootedMachine, greeting: str):
    before = boot_of_guest(machine, greeting)

    machine.ok(f"{_HANEUL} down", OPERATOR)
    assert machine.sh(f"{_HANEUL} status", OPERATOR).returncode == 1
    assert boot_of_guest(machine, greeting) == before
    again = machine.sh(f"{_HANEUL} up", OPERATOR)

    assert again.returncode == 0, again.stderr
    assert boot_of_guest(machine, greeting) == before


@pytest.mark.parametrize("off", [BootedMachine.reboot, BootedMachine.lose_power], ids=["a reboot", "a power cut"])
def test_everything_comes_back_after(machine: BootedMachine, greeting: str, off: Callable[[BootedMachine], None]):
    before = boot_of_guest(machine, greeting)

    off(machine)

    until(lambda: machine.sh(f"{login(greeting)} true").returncode == 0, _BOOT_S, "a login", machine.last_words)
    assert boot_of_guest(machine, greeting) != before
    assert machine.ok("systemctl is-system-running").strip() == "running"
    machine.ok(f"{_HANEUL} status", OPERATOR)
    again = machine.sh(f"{_HANEUL} up", OPERATOR)
    assert "nothing to do" in again.stderr, again.stderr


def test_whoever_has_no_root_tries_a_hundred_fake_hosts(machine: BootedMachine, greeting: str):
    refused = machine.sh(f"{_HANEUL} up --fake --hosts 100", VISITOR)
    assert refused.returncode == 1
    command = re.search(r"`([^`]*) ./haneul up ...`", refused.stderr)
    assert command, refused.stderr

    up = machine.sh(f"{_HANEUL.replace('./', f'{command[1]} ./')} up --fake --hosts 100", VISITOR)

    assert up.returncode == 0, up.stderr
    assert "100 fake hosts" in machine.ok(f"{_HANEUL} status", VISITOR)
    machine.ok(f"{_HANEUL} uninstall --yes", VISITOR)
    assert machine.ok(f"pgrep -u {VISITOR} python || true") == ""
    assert machine.ok("find .local .config -type f", VISITOR) == ""


def test_uninstall_leaves_nothing(machine: BootedMachine, greeting: str):
    assert machine.sh(f"{_HANEUL} uninstall", OPERATOR).returncode == 1
    assert "haneul-control.service" in machine.ok(_TRACES)

    machine.ok(f"{_HANEUL} uninstall --yes", OPERATOR)

    assert machine.ok(_TRACES).split() == []
    assert machine.ok("pgrep -a python || pgrep -a qemu || true") == ""
    assert machine.ok(f"find /home/{OPERATOR} -not -user {OPERATOR}") == ""


def test_up_comes_back_after_uninstall(machine: BootedMachine, greeting: str):
    up = machine.sh(f"{_HANEUL} up --no-server --image {IMAGE}", OPERATOR)

    assert up.returncode == 0, up.stderr
    machine.ok(f"{_HANEUL} status", OPERATOR)


def login(greeting: str) -> str:
    """The command that is said to log in to the first server."""
    found = re.search(r"^ +log in +(.*)$", greeting, re.MULTILINE)
    assert found, greeting
    return found[1]


def boot_of_guest(machine: BootedMachine, greeting: str) -> str:
    """Another after every boot."""
    return machine.ok(f"{login(greeting)} cat /proc/sys/kernel/random/boot_id", OPERATOR)
