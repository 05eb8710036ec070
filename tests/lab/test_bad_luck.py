"""Bad luck on a whole cloud: whatever is killed is back at once, and work under way comes to its end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from haneul.cli.first_cloud import networks
from haneul.cli.machine.waiting import wait_until
from haneul.cli.trouble import TroubleError
from tests.lab.cloud import LabCloud

pytestmark = pytest.mark.usefixtures("cloud")
PATIENCE_S = 120


@pytest.mark.parametrize("part", ["control", "agent", "ovn-controller", "ovs-switch", "ovn-nb", "libvirt"])
def test_what_is_killed_is_back_within_seconds(cloud: LabCloud, part: str):
    before = pid_of(cloud, part)

    cloud.machine.ok(f"kill -9 {before}")

    until(cloud, lambda: pid_of(cloud, part) not in ("", before), 5, f"{part} to be started again")
    until(cloud, lambda: cloud.machine.haneul("status").returncode == 0, 60, "everything to run")


@pytest.mark.parametrize("part", ["control", "agent"])
def test_a_server_is_built_although_something_is_killed_meanwhile(cloud: LabCloud, part: str):
    name = f"built-without-{part}"
    cloud.openstack(f"server create --image tiny-debian --flavor m1.nano --network private {name}")

    cloud.machine.ok(f"kill -9 {pid_of(cloud, part)}")

    until(cloud, lambda: status(cloud, name) == "ACTIVE", PATIENCE_S, f"{name} to become ACTIVE")
    cloud.openstack(f"server delete --wait {name}")


def test_a_login_still_works_after_everything_was_killed(cloud: LabCloud):
    login = re.search(r"^ +log in +(ssh .*)$", cloud.greeting, re.MULTILINE)
    assert login
    command = f"{login[1]} hostname"

    until(cloud, lambda: cloud.machine.sh(command).stdout.strip() == "first", 60, "a login")


def test_a_closed_port_stays_closed(cloud: LabCloud):
    address = re.search(r"^ +first server +(\S+)$", cloud.greeting, re.MULTILINE)
    assert address
    assert cloud.machine.sh(f"timeout 5 bash -c '</dev/tcp/{address[1]}/22'").returncode == 0

    cloud.openstack(f"server remove security group first {networks.GROUP}")

    shut = f"timeout 5 bash -c '</dev/tcp/{address[1]}/22'"
    until(cloud, lambda: cloud.machine.sh(shut).returncode != 0, 20, "port 22 to be closed")
    cloud.openstack(f"server add security group first {networks.GROUP}")
    until(cloud, lambda: cloud.machine.sh(shut).returncode == 0, 20, "port 22 to be open again")


def test_a_flavor_that_fits_no_host_says_so(cloud: LabCloud):
    cloud.openstack("flavor create --ram 100000 --disk 1 --vcpus 1 giant")
    cloud.openstack("server create --image tiny-debian --flavor giant --network private too-big")

    until(cloud, lambda: status(cloud, "too-big") == "ERROR", 30, "the giant to be refused")

    assert "host" in cloud.value("server show too-big", "fault")
    cloud.openstack("server delete --wait too-big")


def test_many_servers_at_once_are_built_and_leave_nothing(cloud: LabCloud):
    before = things_of(cloud)
    create = "server create --image tiny-debian --flavor m1.nano --network private --min 6 --max 6 --wait many"
    cloud.openstack(create, timeout_s=300)

    names = [f"many-{number}" for number in range(1, 7)]
    assert {status(cloud, name) for name in names} == {"ACTIVE"}
    cloud.openstack(f"server delete --wait {' '.join(names)}", timeout_s=300)

    until(cloud, lambda: things_of(cloud) == before, 60, "everything of the servers to be gone")


def pid_of(cloud: LabCloud, part: str) -> str:
    return cloud.machine.sh(f"cut -d' ' -f1 {cloud.machine.state}/run/{part}.pid").stdout.strip()


def status(cloud: LabCloud, name: str) -> str:
    shown = cloud.machine.sh(f"openstack server show {name} -f value -c status", OS_CLOUD="haneul")
    return shown.stdout.strip()


def things_of(cloud: LabCloud) -> list[str]:
    """What the guests of the cloud have put on the machine: domains, taps, disks."""
    state = cloud.machine.state
    uri = f"qemu+unix:///system?socket={state}/libvirt/run/libvirt-sock"
    listings = (f"virsh -c '{uri}' list --all --name", "ls /sys/class/net", f"ls {state}/agent/disks")
    return sorted(line for listing in listings for line in cloud.machine.ok(listing).split())


def until(cloud: LabCloud, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    try:
        wait_until(condition, timeout_s, what)
    except TroubleError as error:
        raise AssertionError(f"{error}\n{cloud.machine.last_words()}") from error
