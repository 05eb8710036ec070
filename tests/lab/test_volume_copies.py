"""Snapshots, clones and backups of volumes that guests write to; volumes of several guests; limits; a full disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.lab import servers, volumes
from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import create, floating_ip, give_back, until_status
from tests.lab.volumes import LATEST, Shell

MIB = 1024 * 1024
_PLACE = "state/agent/volumes/directory"


@pytest.fixture(scope="module")
def pair(cloud: LabCloud) -> Iterator[list[tuple[str, Shell]]]:
    """Two servers that one can log in to."""
    made = [create(cloud, f"with-copies-{number}") for number in (1, 2)]
    for server in made:
        until_status(cloud, server, "ACTIVE")
    addresses = [floating_ip(cloud, server) for server in made]
    shells = [Shell(cloud, address) for address in addresses]
    for shell in shells:
        shell.wait()
    yield list(zip(made, shells, strict=True))
    servers.delete(cloud, made)
    for address in addresses:
        give_back(cloud, address)


def prepared(cloud: LabCloud, server: str, shell: Shell, **wanted: Any) -> tuple[str, str]:
    """A volume that the guest has mounted and written to: its id and the checksum of what was written."""
    volume = volumes.make(cloud, **wanted)
    volumes.attach(cloud, server, volume)
    shell.until_serial("vdb", volume)
    return volume, shell.run(f"sudo mkfs.ext4 -q /dev/vdb && sudo mount /dev/vdb /mnt && {volumes.WRITE}")


def read(cloud: LabCloud, server: str, shell: Shell, volume: str) -> str:
    """The checksum of what is in the volume, by a guest that gets it for a moment as vdb."""
    volumes.attach(cloud, server, volume)
    shell.until_serial("vdb", volume)
    found = shell.run(volumes.READ.format("/dev/vdb"))
    volumes.detach(cloud, server, volume)
    shell.until_absent("vdb")
    return found


def test_what_a_guest_has_written_is_in_every_copy(cloud: LabCloud, pair: list[tuple[str, Shell]]):
    (server, shell), (other, reader) = pair
    volume, first = prepared(cloud, server, shell)
    snapshot = volumes.snapshot(cloud, volume)
    body = {"backup": {"volume_id": volume, "force": True}}
    backup = volumes.ask(cloud, "POST", "/backups", body)["backup"]["id"]
    volumes.until_status(cloud, backup, "available", "backup")
    second = shell.run(volumes.WRITE)
    assert second != first

    clone = volumes.make(cloud, source_volid=volume)
    from_snapshot = volumes.make(cloud, snapshot_id=snapshot)
    restored = volumes.make(cloud, backup_id=backup)
    assert read(cloud, other, reader, clone) == second
    assert read(cloud, other, reader, from_snapshot) == first
    assert read(cloud, other, reader, restored) == first

    shell.run("sudo umount /mnt")
    volumes.detach(cloud, server, volume)
    volumes.act(cloud, volume, "revert", snapshot_id=snapshot)
    volumes.until_status(cloud, volume, "available")
    assert read(cloud, other, reader, volume) == first
    volumes.ask(cloud, "DELETE", f"/backups/{backup}")
    for each in (clone, from_snapshot, restored, volume):
        cloud.machine.ok(f"qemu-img check -q {_PLACE}/{each}.qcow2")
        volumes.delete(cloud, each)


def test_two_volumes_of_a_guest_are_copied_at_once(cloud: LabCloud, pair: list[tuple[str, Shell]]):
    server, shell = pair[0]
    made = [volumes.make(cloud) for _ in range(2)]
    for device, volume in zip(("vdb", "vdc"), made, strict=True):
        volumes.attach(cloud, server, volume)
        shell.until_serial(device, volume)
        shell.run(f"sudo dd if=/dev/urandom of=/dev/{device} bs=1M count=16 2>/dev/null; sync")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(volumes.snapshot, cloud), made))

    for volume in made:
        volumes.detach(cloud, server, volume)
        volumes.delete(cloud, volume)


def test_a_volume_is_shared_by_two_guests(cloud: LabCloud, pair: list[tuple[str, Shell]]):
    kind = _type(cloud, "shared", multiattach="<is> True")
    volume = volumes.make(cloud, volume_type=kind)
    for server, shell in pair:
        volumes.attach(cloud, server, volume)
        shell.until_serial("vdb", volume)
    (_, writer), (_, reader) = pair

    writer.run("echo written by one | sudo dd of=/dev/vdb bs=512 conv=sync,fsync 2>/dev/null")
    assert reader.run("sudo dd if=/dev/vdb bs=512 count=1 2>/dev/null | head -c 14") == "written by one"
    volumes.act(cloud, volume, "os-extend", new_size=2)
    volumes.until_status(cloud, volume, "in-use")
    for _, shell in pair:
        until(lambda shell=shell: shell.gib("vdb") == 2, 20, "the guest to see it grow", cloud.machine.last_words)

    for server, _ in pair:
        cloud.demo.ask("DELETE", f"{servers.SERVERS}/{server}/os-volume_attachments/{volume}")
    volumes.until_status(cloud, volume, "available")
    volumes.delete(cloud, volume)
    _forget(cloud, kind)


def test_a_guest_writes_no_faster_than_its_volume_may(cloud: LabCloud, pair: list[tuple[str, Shell]]):
    server, shell = pair[0]
    kind = _type(cloud, "slow")
    specs = {"consumer": "front-end", "write_bytes_sec": str(MIB)}
    qos = _as_admin(cloud, "POST", "/qos-specs", {"qos_specs": {"name": "slow", **specs}})["qos_specs"]["id"]
    _as_admin(cloud, "GET", f"/qos-specs/{qos}/associate?vol_type_id={kind}")
    volume = volumes.make(cloud, volume_type=kind)
    volumes.attach(cloud, server, volume)
    shell.until_serial("vdb", volume)

    began = time.monotonic()
    shell.run("sudo dd if=/dev/zero of=/dev/vdb bs=1M count=6 conv=fsync 2>/dev/null")
    took_s = time.monotonic() - began

    assert took_s > 4, f"6 MiB in {took_s:.1f} s are more than 1 MiB each second"
    volumes.detach(cloud, server, volume)
    volumes.delete(cloud, volume)
    _as_admin(cloud, "DELETE", f"/qos-specs/{qos}?force=true")
    _forget(cloud, kind)


def test_a_full_disk_is_told_and_its_room_given_back(cloud: LabCloud):
    place = f"{cloud.machine.state}/agent/volumes/directory"
    image = cloud.demo.ask("GET", "/image/v2/images?name=tiny-debian")["images"][0]["id"]
    cloud.machine.ok(f"mount -t tmpfs -o size=2g tmpfs {place} && fallocate -l 2040M {place}/filler")
    try:
        volume = volumes.ask(cloud, "POST", "/volumes", {"volume": {"size": 1, "imageRef": image}})["volume"]["id"]
        failed = lambda: volumes.show(cloud, volume)["status"] == "error"  # noqa: E731
        until(failed, 60, "the volume to fail", cloud.machine.last_words)
        told = volumes.ask(cloud, "GET", "/messages")["messages"]
        assert [each["event_id"] for each in told if each["resource_uuid"] == volume] == [
            "VOLUME_VOLUME_host.disk_full"
        ]
        assert cloud.machine.ok(f"ls -A {place}").split() == ["filler"]
        volumes.delete(cloud, volume)
    finally:
        cloud.machine.ok(f"umount {place}")


def _as_admin(cloud: LabCloud, method: str, path: str, body: Any = None) -> Any:
    answer = cloud.admin.try_to(method, f"{volumes.API}{path}", body, **LATEST)
    assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:1000]}"
    return answer.body


def _type(cloud: LabCloud, name: str, **specs: str) -> str:
    """The id of a new volume type."""
    return str(
        _as_admin(cloud, "POST", "/types", {"volume_type": {"name": name, "extra_specs": specs}})["volume_type"]["id"]
    )


def _forget(cloud: LabCloud, kind: str) -> None:
    _as_admin(cloud, "DELETE", f"/types/{kind}")
