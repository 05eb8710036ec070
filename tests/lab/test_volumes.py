"""Volumes at real guests: what is written to them is there, whatever happens to servers and daemons."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.lab import servers, volumes
from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import SERVERS, create, floating_ip, until_status
from tests.lab.test_bad_luck import kill
from tests.lab.volumes import Shell

ATTACH_S = 2.0
"""The figure that is promised."""
_WRITE_ON = "seq 300 | while read n; do echo \\$n >> /mnt/log; sync; done"


@pytest.fixture(scope="module")
def pair(cloud: LabCloud) -> Iterator[tuple[str, str]]:
    """Two servers that one can log in to."""
    made = [create(cloud, f"with-disks-{number}") for number in (1, 2)]
    addresses = []
    for server in made:
        until_status(cloud, server, "ACTIVE")
        addresses.append(floating_ip(cloud, server))
    _shells.update({server: Shell(cloud, address) for server, address in zip(made, addresses, strict=True)})
    for server in made:
        _shells[server].wait()
    yield made[0], made[1]
    servers.delete(cloud, made)
    for address in addresses:
        servers.give_back(cloud, address)


_shells: dict[str, Shell] = {}


@pytest.fixture
def volume(cloud: LabCloud, pair: tuple[str, str]) -> Iterator[str]:
    """A volume at the first server with a file system on it; afterwards its file is sound."""
    made = volumes.make(cloud, name="data")
    volumes.attach(cloud, pair[0], made)
    _shells[pair[0]].until_serial("vdb", made)
    _shells[pair[0]].run("sudo mkfs.ext4 -q /dev/vdb")
    yield made
    for attachment in volumes.show(cloud, made)["attachments"]:
        volumes.detach(cloud, attachment["server_id"], made)
    cloud.machine.ok(f"qemu-img check -q state/agent/volumes/directory/{made}.qcow2")
    volumes.delete(cloud, made)


def test_a_volume_goes_from_guest_to_guest_with_its_data(cloud: LabCloud, pair: tuple[str, str], volume: str):
    one, other = (_shells[server] for server in pair)
    written = one.run(f"sudo mount /dev/vdb /mnt && {volumes.WRITE}")
    one.run("sudo umount /mnt")

    volumes.detach(cloud, pair[0], volume)
    one.until_absent("vdb")
    began = time.monotonic()
    volumes.attach(cloud, pair[1], volume, device="/dev/vdc")
    took_s = time.monotonic() - began
    other.until_serial("vdb", volume)

    assert other.run(volumes.READ.format("/dev/vdb")) == written
    assert took_s < ATTACH_S


def test_a_guest_sees_its_volume_grow(cloud: LabCloud, pair: tuple[str, str], volume: str):
    shell = _shells[pair[0]]
    written = shell.run(f"sudo mount /dev/vdb /mnt && {volumes.WRITE}")

    volumes.act(cloud, volume, "os-extend", new_size=2)
    volumes.until_status(cloud, volume, "in-use")

    until(lambda: shell.gib("vdb") == 2, 20, "the guest to see it", cloud.machine.last_words)
    shell.run("sudo resize2fs /dev/vdb 2>/dev/null")
    assert int(shell.run("df -m /mnt | tail -1").split()[1]) > 1500
    shell.run("sudo umount /mnt")
    assert shell.run(volumes.READ.format("/dev/vdb")) == written


def test_a_volume_is_exchanged_while_its_guest_writes(cloud: LabCloud, pair: tuple[str, str], volume: str):
    shell, new = _shells[pair[0]], volumes.make(cloud, name="new")
    written = shell.run(f"sudo mount /dev/vdb /mnt && {volumes.WRITE}")
    shell.run(f'sudo sh -c "({_WRITE_ON}) >/dev/null 2>&1 &"')

    path = f"{SERVERS}/{pair[0]}/os-volume_attachments/{volume}"
    cloud.admin.ask("PUT", path, {"volumeAttachment": {"volumeId": new}})
    volumes.until_status(cloud, volume, "available")
    volumes.until_status(cloud, new, "in-use")
    until(lambda: shell.run("tail -n 1 /mnt/log") == "300", 120, "the last line", cloud.machine.last_words)
    volumes.delete(cloud, volumes.make(cloud, source_volid=volume))
    assert shell.run("md5sum < /mnt/data") == written

    shell.run("sudo umount /mnt")
    act(cloud, pair[0], "os-stop", "SHUTOFF")
    act(cloud, pair[0], "os-start", "ACTIVE")
    shell.wait()
    shell.until_serial("vdb", new)
    assert shell.run(volumes.READ.format("/dev/vdb")) == written
    shell.run("sudo mount /dev/vdb /mnt")
    assert shell.run("wc -l < /mnt/log; sudo umount /mnt") == "300"
    volumes.detach(cloud, pair[0], new)
    cloud.machine.ok(f"qemu-img check -q state/agent/volumes/directory/{new}.qcow2")
    volumes.delete(cloud, new)


def test_a_guest_that_is_stopped_gets_and_loses_volumes(cloud: LabCloud, pair: tuple[str, str], volume: str):
    shell, other = _shells[pair[0]], volumes.make(cloud, name="other")
    act(cloud, pair[0], "os-stop", "SHUTOFF")
    volumes.attach(cloud, pair[0], other)
    volumes.detach(cloud, pair[0], volume)

    act(cloud, pair[0], "os-start", "ACTIVE")
    shell.wait()

    assert shell.serial("vdb") == other[:20]
    volumes.detach(cloud, pair[0], other)
    volumes.delete(cloud, other)


@pytest.mark.parametrize("how", ["stopped and started", "rebooted hard", "agent killed", "libvirt killed"])
def test_a_volume_stays_at_its_server(cloud: LabCloud, pair: tuple[str, str], volume: str, how: str):
    shell = _shells[pair[0]]
    written = shell.run(f"sudo mount /dev/vdb /mnt && {volumes.WRITE}")
    shell.run("sudo umount /mnt")

    if how == "stopped and started":
        act(cloud, pair[0], "os-stop", "SHUTOFF")
        act(cloud, pair[0], "os-start", "ACTIVE")
    elif how == "rebooted hard":
        before = shell.run("cat /proc/sys/kernel/random/boot_id")
        cloud.demo.ask("POST", f"{SERVERS}/{pair[0]}/action", {"reboot": {"type": "HARD"}})
        until_status(cloud, pair[0], "ACTIVE")
        shell.wait()
        assert shell.run("cat /proc/sys/kernel/random/boot_id") != before
    else:
        kill(cloud, how.split()[0])
    shell.wait()

    shell.until_serial("vdb", volume)
    assert shell.run(volumes.READ.format("/dev/vdb")) == written
    volumes.detach(cloud, pair[0], volume)
    shell.until_absent("vdb")


def test_a_server_that_goes_leaves_its_volumes_but_those_that_go_with_it(cloud: LabCloud):
    server = create(cloud, "short-lived")
    until_status(cloud, server, "ACTIVE")
    stays, goes = volumes.make(cloud, name="stays"), volumes.make(cloud, name="goes")
    volumes.attach(cloud, server, stays)
    volumes.attach(cloud, server, goes, delete_on_termination=True)

    servers.delete(cloud, [server])

    volumes.until_status(cloud, stays, "available")
    until(lambda: volumes.is_gone(cloud, goes), 20, "the volume to go with its server", cloud.machine.last_words)
    volumes.delete(cloud, stays)


def act(cloud: LabCloud, server: str, action: str, status: str) -> None:
    cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {action: None})
    until_status(cloud, server, status)
