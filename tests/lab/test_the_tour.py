"""The one-minute tour of the README, typed with the stock client."""

from __future__ import annotations

import re

import pytest

from tests.lab.cloud import LabCloud

pytestmark = pytest.mark.usefixtures("cloud")


def test_up_ends_with_a_command_that_logs_in(cloud: LabCloud):
    assert cloud.machine.ok(f"{cloud.login} hostname").strip() == "first"


def test_a_second_up_changes_nothing_and_says_so(cloud: LabCloud):
    again = cloud.machine.haneul("up", "--image", "tiny.qcow2")

    assert again.returncode == 0, again.stderr
    assert "nothing to do" in again.stderr
    assert "log in" in again.stdout


def test_status_says_that_everything_runs(cloud: LabCloud):
    status = cloud.machine.haneul("status")

    assert status.returncode == 0, status.stdout
    for part in ("control", "agent", "ovn-controller", "libvirt"):
        assert re.search(rf"^ +{part} +running", status.stdout, re.MULTILINE), status.stdout


def test_the_tour(cloud: LabCloud):
    openstack = cloud.openstack
    openstack("token issue")
    openstack("image create tiny --file tiny.qcow2 --disk-format qcow2 --container-format bare --public")
    openstack("network create net1")
    openstack("subnet create --network net1 --subnet-range 10.7.0.0/24 sub1")
    openstack("router create r1")
    openstack("router set --external-gateway public r1")
    openstack("router add subnet r1 sub1")
    openstack("security group rule create --protocol tcp --dst-port 22 default")
    cloud.machine.ok("ssh-keygen -q -t ecdsa -N '' -f key")
    openstack("keypair create --public-key key.pub k1")

    address = boot(cloud, "web")

    assert on_guest(cloud, address, "hostname") == "web"
    assert "web" in openstack("server list -f value -c Name")


def test_a_second_server_reaches_the_first_by_its_fixed_address(cloud: LabCloud):
    fixed = next(ip for ip in addresses(cloud, "web") if ip.startswith("10.7.0."))

    address = boot(cloud, "web2")

    assert on_guest(cloud, address, f"nc -w 5 {fixed} 22 </dev/null | head -c 3") == "SSH"


def test_the_metadata_service_knows_the_server(cloud: LabCloud):
    address = floating(cloud, "web")

    assert on_guest(cloud, address, "curl -s http://169.254.169.254/latest/meta-data/hostname").startswith("web")


def test_a_server_is_stopped_started_rebooted_and_deleted(cloud: LabCloud):
    address = floating(cloud, "web")
    assert "login" in cloud.openstack("console log show web")

    cloud.openstack("server stop web")
    until_status(cloud, "web", "SHUTOFF")
    cloud.openstack("server start web")
    until_status(cloud, "web", "ACTIVE")
    on_guest(cloud, address, "true")
    cloud.openstack("server reboot --wait web")
    on_guest(cloud, address, "true")
    cloud.openstack("server delete --wait web")

    assert "web\n" not in cloud.openstack("server list -f value -c Name") + "\n"


def test_an_operator_sees_the_whole(cloud: LabCloud):
    openstack = cloud.openstack

    assert "lab" in openstack("hypervisor list")
    assert "nova-compute" in openstack("compute service list")
    assert "lab" in openstack("network agent list")
    assert "m1.tiny" in openstack("flavor list")
    assert "cores" in openstack("quota show")
    catalogue = openstack("catalog list")
    assert all(name in catalogue for name in ("identity", "image", "compute", "network", "placement"))


def test_guests_outlive_down_and_are_found_by_up(cloud: LabCloud):
    address = re.search(r"^ +first server +(\S+)$", cloud.greeting, re.MULTILINE)[1]
    login = f"ssh -i state/keys/first cirros@{address} cat /proc/sys/kernel/random/boot_id"
    before = cloud.machine.ok(login)

    assert cloud.machine.haneul("down").returncode == 0
    assert cloud.machine.ok(login) == before
    again = cloud.machine.haneul("up")

    assert again.returncode == 0, again.stderr
    assert cloud.machine.ok(login) == before
    assert cloud.value("server show first", "status") == "ACTIVE"


def boot(cloud: LabCloud, name: str) -> str:
    """A server as the tour makes it; the floating IP by which it is reached."""
    cloud.openstack(f"server create --image tiny --flavor m1.tiny --network net1 --key-name k1 --wait {name}")
    address = cloud.value("floating ip create public", "floating_ip_address")
    cloud.openstack(f"server add floating ip {name} {address}")
    return address


def addresses(cloud: LabCloud, name: str) -> list[str]:
    return re.findall(r"\d+\.\d+\.\d+\.\d+", cloud.value(f"server show {name}", "addresses"))


def floating(cloud: LabCloud, name: str) -> str:
    return next(ip for ip in addresses(cloud, name) if ip.startswith("172.24.4."))


def on_guest(cloud: LabCloud, address: str, command: str) -> str:
    """What a command in the guest prints; waits for the guest to let one in."""
    patience = "for i in $(seq 60); do ssh -i key ADDRESS true 2>/dev/null && break; sleep 1; done"
    cloud.machine.sh(patience.replace("ADDRESS", address), timeout_s=400)
    return cloud.machine.ok(f"ssh -i key {address} '{command}'").strip()


def until_status(cloud: LabCloud, name: str, status: str) -> None:
    show = f"openstack server show {name} -f value -c status"
    patience = f'for i in $(seq 40); do [ "$({show})" = {status} ] && exit 0; sleep 1; done; exit 1'
    cloud.machine.ok(patience, timeout_s=200, OS_CLOUD="haneul")
