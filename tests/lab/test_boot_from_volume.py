"""Servers that boot from volumes, on real guests: what they have written stays in the volume."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import servers, volumes
from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import SERVERS, give_back, until_status
from tests.lab.volumes import Shell

NOTE = "dd if=/dev/urandom of=note bs=64k count=16 2>/dev/null; sync; md5sum < note"


def boot(cloud: LabCloud, name: str, *disks: dict[str, Any], **more: Any) -> str:
    """Ask for a server on these disks and wait until it is ACTIVE; its id."""
    body = servers.wanted(cloud, name, **more)["server"]
    if disks:
        del body["imageRef"]
        body["block_device_mapping_v2"] = [{"destination_type": "volume", **disk} for disk in disks]
    server = str(cloud.demo.ask("POST", SERVERS, {"server": body})["server"]["id"])
    until_status(cloud, server, "ACTIVE")
    return server


@pytest.fixture
def address(cloud: LabCloud) -> Iterator[str]:
    """A floating IP that is nobody's."""
    outside = cloud.demo.ask("GET", "/network/v2.0/networks?name=public")["networks"][0]["id"]
    body = {"floatingip": {"floating_network_id": outside}}
    made = str(cloud.demo.ask("POST", "/network/v2.0/floatingips", body)["floatingip"]["floating_ip_address"])
    yield made
    give_back(cloud, made)


def enter(cloud: LabCloud, server: str, address: str) -> Shell:
    """Reach the server by this address, and wait until one can log in."""
    port = cloud.demo.ask("GET", f"/network/v2.0/ports?device_id={server}")["ports"][0]["id"]
    found = cloud.demo.ask("GET", f"/network/v2.0/floatingips?floating_ip_address={address}")["floatingips"][0]["id"]
    cloud.demo.ask("PUT", f"/network/v2.0/floatingips/{found}", {"floatingip": {"port_id": port}})
    shell = Shell(cloud, address)
    shell.wait()
    return shell


def volumes_of(cloud: LabCloud, server: str) -> list[str]:
    """In the order of their devices."""
    found = cloud.demo.ask("GET", f"{SERVERS}/{server}/os-volume_attachments")["volumeAttachments"]
    return [each["volumeId"] for each in found]


def act(cloud: LabCloud, server: str, status: str, **action: Any) -> None:
    cloud.demo.ask("POST", f"{SERVERS}/{server}/action", action)
    until_status(cloud, server, status)


def test_a_server_lives_on_its_volume(cloud: LabCloud, address: str):
    image = cloud.demo.ask("GET", "/image/v2/images?name=tiny-debian")["images"][0]["id"]
    root = {"source_type": "image", "uuid": image, "boot_index": 0, "volume_size": 1}
    data = {"source_type": "blank", "volume_size": 1, "delete_on_termination": True}
    server = boot(cloud, "on-volume", root, data)
    shell = enter(cloud, server, address)
    disks = volumes_of(cloud, server)
    assert [shell.serial(device) for device in ("vda", "vdb")] == [disk[:20] for disk in disks]
    written = shell.run(NOTE)

    # An image of it names snapshots; another server boots from them, with what was written.
    image = cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {"createImage": {"name": "picture"}})["image_id"]
    path = f"/image/v2/images/{image}"
    until(lambda: cloud.demo.ask("GET", path)["status"] == "active", 60, "the image", cloud.machine.last_words)
    act(cloud, server, "SHELVED_OFFLOADED", shelve=None)
    twin = boot(cloud, "twin", imageRef=image)
    assert enter(cloud, twin, address).run("md5sum < note") == written
    copies = volumes_of(cloud, twin)
    servers.delete(cloud, [twin])

    # Put aside it needed no image, and goes on with its disks; rebuilt it keeps them.
    act(cloud, server, "ACTIVE", unshelve=None)
    shell = enter(cloud, server, address)
    assert shell.run("md5sum < note") == written
    act(cloud, server, "VERIFY_RESIZE", resize={"flavorRef": "1"})
    act(cloud, server, "ACTIVE", confirmResize=None)
    shell.wait()
    assert shell.run("md5sum < note") == written

    # The volume outlives its server and boots another one; one with snapshots would stay in any case.
    for taken in volumes.ask(cloud, "GET", "/snapshots")["snapshots"]:
        volumes.ask(cloud, "DELETE", f"/snapshots/{taken['id']}")
    servers.delete(cloud, [server])
    until(lambda: volumes.is_gone(cloud, disks[1]), 60, "the data volume to go", cloud.machine.last_words)
    volumes.until_status(cloud, disks[0], "available")
    cloud.machine.ok(f"qemu-img check -q state/agent/volumes/directory/{disks[0]}.qcow2")
    heir = boot(cloud, "heir", {"source_type": "volume", "uuid": disks[0], "boot_index": 0})
    assert enter(cloud, heir, address).run("md5sum < note") == written
    servers.delete(cloud, [heir])
    cloud.demo.ask("DELETE", path)
    for volume in (disks[0], *(each for each in copies if not volumes.is_gone(cloud, each))):
        volumes.delete(cloud, volume)
