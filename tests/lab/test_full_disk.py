"""A host whose disk fills up: what does not fit any more says so, and gives back what it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.cloud import LabCloud
from tests.lab.enclosure import Enclosure
from tests.lab.people import until
from tests.lab.servers import SERVERS, create, delete, until_status

ROOM_MIB = 2048
"""Enough for placement to give away a gibibyte."""


@pytest.fixture(scope="module")
def cloud(tiny_image: Path) -> Iterator[LabCloud]:
    """A cloud whose only host keeps disks on a small file system."""
    machine = Enclosure()
    try:
        place = machine.state / "agent"
        place.mkdir(parents=True)
        machine.ok(f"chmod 700 {machine.state}; mount -t tmpfs -o size={ROOM_MIB}m,mode=711 tmpfs {place}")
        yield LabCloud(machine, tiny_image)
    finally:
        machine.close()


@pytest.fixture
def fill(cloud: LabCloud) -> Iterator[Callable[[int], None]]:
    """Leave so many KiB free; all are free again in the end."""
    folder = cloud.machine.state / "agent"
    ballast = folder / "ballast"

    def leave(free_kib: int) -> None:
        """Guests may write between the look and the act: then it is tried again."""
        act = f"fallocate -l $(($(df --output=avail -k {folder} | tail -1) - {free_kib}))K {ballast}"
        until(lambda: cloud.machine.sh(act).returncode == 0, 30, "the disk to be full")

    yield leave
    cloud.machine.ok(f"rm -f {ballast}")


def test_a_server_without_room_ends_in_error_and_takes_none(cloud: LabCloud, fill: Callable[[int], None]):
    other, before = another_image(cloud), kept(cloud)
    fill(1024)

    server = create(cloud, "too-large", imageRef=other)
    shown = until_status(cloud, server, "ERROR")

    assert "full" in shown["fault"]["message"], shown["fault"]
    assert kept(cloud) == before
    delete(cloud, [server])


def test_an_image_without_room_is_gone_and_its_server_goes_on(cloud: LabCloud, fill: Callable[[int], None]):
    server = create(cloud, "model")
    until_status(cloud, server, "ACTIVE")
    before = kept(cloud)
    fill(256)

    reply = cloud.demo.try_to("POST", f"{SERVERS}/{server}/action", {"createImage": {"name": "picture"}})
    assert reply.status == 202, reply.text
    until(lambda: task_of(cloud, server) is None, 120, "the image to fail", cloud.machine.last_words)

    assert cloud.demo.ask("GET", "/image/v2/images?name=picture")["images"] == []
    assert kept(cloud) == before
    assert until_status(cloud, server, "ACTIVE")
    delete(cloud, [server])


def test_a_rebuild_without_room_ends_in_error_and_can_be_asked_for_again(cloud: LabCloud, fill: Callable[[int], None]):
    other, server = another_image(cloud), create(cloud, "again")
    until_status(cloud, server, "ACTIVE")
    bases = cloud.machine.ok(f"ls -A {cloud.machine.state}/agent/bases")
    fill(1024)

    cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {"rebuild": {"imageRef": other}})
    shown = until_status(cloud, server, "ERROR")
    assert "full" in shown["fault"]["message"], shown["fault"]
    assert cloud.machine.ok(f"ls -A {cloud.machine.state}/agent/bases") == bases

    cloud.machine.ok(f"rm {cloud.machine.state}/agent/ballast")
    cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {"rebuild": {"imageRef": other}})
    until(lambda: status_of(cloud, server) == "ACTIVE", 120, "the server to run again", cloud.machine.last_words)
    delete(cloud, [server])


def kept(cloud: LabCloud) -> str:
    """What of guests lies on the small file system, which only the machine itself sees."""
    folders = "bases disks guests snapshots journal/guests"
    return cloud.machine.ok(f"cd {cloud.machine.state}/agent; ls -A {folders}")


def another_image(cloud: LabCloud) -> str:
    """An image of its own: no host has it yet."""
    details = {"name": "other", "disk_format": "qcow2", "container_format": "bare"}
    image = str(cloud.demo.ask("POST", "/image/v2/images", details)["id"])
    data = (cloud.machine.folder / "tiny.qcow2").read_bytes()
    padding = image.encode() * 64
    cloud.demo.ask("PUT", f"/image/v2/images/{image}/file", data + padding)
    return image


def task_of(cloud: LabCloud, server: str) -> str | None:
    task: str | None = cloud.demo.ask("GET", f"{SERVERS}/{server}")["server"]["OS-EXT-STS:task_state"]
    return task


def status_of(cloud: LabCloud, server: str) -> str:
    return str(cloud.demo.ask("GET", f"{SERVERS}/{server}")["server"]["status"])
