"""What guests have written survives all that is done with their disks and memory: checksums before and after."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.drivers.volume.agents import AgentVolumes
from haneul.hostapi import (
    CHUNK_BYTES,
    DiskSpec,
    GuestSpec,
    ImageSource,
    Power,
    SnapshotSpec,
    VolumeDisk,
    VolumePlace,
    VolumeSpec,
)
from haneul.kit.clock import SystemClock
from tests.lab.agent_guest import (
    SERVER,
    assert_nothing_left,
    booted,
    boots,
    emulator_of,
    inner_pid,
    make_disk,
    make_network,
    spec,
    virsh,
)
from tests.lab.agent_host import AgentHost, agent_host, until
from tests.lab.enclosure import Enclosure

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")

VOLUME = "7b0c8d5e-3c7b-4a47-9d4f-2b6d8f0a1c02"
BEFORE, RESCUE = f"{SERVER}.before", f"{SERVER}.rescue"
SNAPSHOT = SnapshotSpec(f"{SERVER}.picture", SERVER, SERVER)
WRITE = "dd if=/dev/urandom of=/root/data bs=64k count=64 2>/dev/null; sync"


@pytest.fixture(scope="module")
def host(enclosure: Enclosure, tiny_image: Path) -> Iterator[AgentHost]:
    with agent_host(enclosure) as host:
        host.images["tiny"] = tiny_image
        make_network(host)
        yield host


@pytest.fixture
def guest(host: AgentHost, tiny_image: Path) -> Iterator[GuestSpec]:
    """A guest that has written something; afterwards nothing of it is left, and its disk was sound."""
    wanted = spec(tiny_image)
    make_disk(host, wanted)
    host.settle(wanted)
    booted(host)
    until(lambda: can_run(host), 120, "the guest's agent")
    run(host, WRITE)
    yield wanted
    host.hosts.remove_guest(host.host_id, SERVER)
    check(host, disk_file(host, SERVER))
    for disk_id in (SERVER, BEFORE, RESCUE):
        host.hosts.remove_disk(host.host_id, disk_id)
    assert_nothing_left(host)
    assert host.hosts.list_leftovers(host.host_id).snapshots == ()


def ask_agent(host: AgentHost, command: str, **arguments: object) -> dict[str, object]:
    said = virsh(host, "qemu-agent-command", SERVER, json.dumps({"execute": command, "arguments": arguments}))
    answer = json.loads(said)["return"]
    assert isinstance(answer, dict)
    return answer


def can_run(host: AgentHost) -> bool:
    words = ["virsh", "-c", f"qemu+unix:///system?socket={host.state}/libvirt/run/libvirt-sock"]
    ping = [*words, "qemu-agent-command", "--timeout", "2", SERVER, '{"execute": "guest-ping"}']
    return subprocess.run(host.enter(*ping), capture_output=True, timeout=30).returncode == 0


def run(host: AgentHost, command: str) -> str:
    """What a command prints in the guest."""
    begun = ask_agent(host, "guest-exec", path="/bin/sh", arg=["-c", command], **{"capture-output": True})

    def ended() -> dict[str, object] | None:
        status = ask_agent(host, "guest-exec-status", pid=begun["pid"])
        return status if status["exited"] else None

    status = until(ended, 60, command)
    text = base64.b64decode(str(status.get("out-data", ""))).decode()
    assert status["exitcode"] == 0, f"{command}: {text} {status.get('err-data')}"
    return text.strip()


def checksum(host: AgentHost, file: str = "/root/data") -> str:
    return run(host, f"md5sum {file}").split()[0]


def disk_file(host: AgentHost, disk_id: str) -> Path:
    return host.state / "agent" / "disks" / f"{disk_id}.qcow2"


def check(host: AgentHost, file: Path) -> None:
    host.call("qemu-img", "check", "-q", str(file))


def off(host: AgentHost, wanted: GuestSpec) -> None:
    host.settle(replace(wanted, power=Power.STOPPED))


def on(host: AgentHost, wanted: GuestSpec) -> None:
    before = boots(host)
    host.settle(wanted)
    booted(host, before + 1)
    until(lambda: can_run(host), 120, "the guest's agent")


def test_a_suspended_guest_goes_on_where_it_was(host: AgentHost, guest: GuestSpec) -> None:
    run(host, "mkdir -p /run/memory; echo only in memory > /run/memory/note")
    before, count = checksum(host), boots(host)

    assert host.settle(replace(guest, power=Power.SUSPENDED)).power is Power.SUSPENDED
    assert host.power(SERVER) is Power.SUSPENDED
    assert host.settle(guest).power is Power.RUNNING

    until(lambda: can_run(host), 60, "the guest's agent")
    assert run(host, "cat /run/memory/note") == "only in memory"
    assert (checksum(host), boots(host)) == (before, count)


def test_a_suspended_guest_that_is_stopped_forgets_its_memory(host: AgentHost, guest: GuestSpec) -> None:
    before = checksum(host)
    host.settle(replace(guest, power=Power.SUSPENDED))

    off(host, guest)
    assert host.power(SERVER) is Power.STOPPED
    on(host, guest)

    assert checksum(host) == before


@pytest.mark.parametrize("power", [Power.RUNNING, Power.STOPPED])
def test_an_image_of_a_guest_has_all_that_it_has_written(
    host: AgentHost, guest: GuestSpec, tmp_path: Path, power: Power
) -> None:
    before, count = checksum(host), boots(host)
    if power is Power.STOPPED:
        off(host, guest)
    image = fetch(host, tmp_path / "picture.qcow2")

    assert "backing file" not in host.call("qemu-img", "info", str(image))
    check(host, image)
    assert boots(host) == count, "the guest was not disturbed"
    host.hosts.remove_snapshot(host.host_id, SNAPSHOT.snapshot_id)
    host.hosts.remove_guest(host.host_id, SERVER)
    host.hosts.remove_disk(host.host_id, SERVER)
    host.images["picture"] = image
    source = ImageSource("picture", digest_of(image), image.stat().st_size, "qcow2")
    make_disk(host, replace(guest, disks=(replace(guest.disks[0], image=source),)))
    host.settle(guest)
    booted(host)
    until(lambda: can_run(host), 120, "the guest's agent")

    assert checksum(host) == before


def fetch(host: AgentHost, to: Path) -> Path:
    """The snapshot's file, as the control plane fetches it."""

    def made() -> object:
        report = host.hosts.ensure_snapshot(host.host_id, SNAPSHOT)
        return report if report.is_ready else None

    report = until(made, 180, "the snapshot")
    assert report.is_quiet, "the guest's agent held it still, or it was off"  # type: ignore[attr-defined]
    size: int = report.size_bytes  # type: ignore[attr-defined]
    with to.open("wb") as file:
        while file.tell() < size:
            file.write(host.hosts.read_snapshot(host.host_id, SNAPSHOT.snapshot_id, file.tell(), CHUNK_BYTES))
    assert digest_of(to) == report.sha512  # type: ignore[attr-defined]
    return to


def digest_of(file: Path) -> str:
    return subprocess.run(["sha512sum", str(file)], capture_output=True, text=True, check=True).stdout.split()[0]


def test_a_disk_is_grown_and_brought_back_as_it_was(host: AgentHost, guest: GuestSpec) -> None:
    before = checksum(host)
    off(host, guest)
    until(lambda: host.hosts.copy_disk(host.host_id, SERVER, BEFORE).is_ready, 120, "the copy")
    host.hosts.ensure_disk(host.host_id, DiskSpec(SERVER, 2))
    on(host, guest)
    assert checksum(host) == before
    assert int(run(host, "cat /sys/block/vda/size")) * 512 == 2 * 1024**3
    run(host, "echo scribbled over > /root/data; sync")

    off(host, guest)
    host.hosts.restore_disk(host.host_id, SERVER, BEFORE)
    on(host, guest)

    assert checksum(host) == before
    assert int(run(host, "cat /sys/block/vda/size")) * 512 == 1024**3


@pytest.mark.parametrize("is_stable", [False, True], ids=["first", "last"])
def test_a_rescued_guest_runs_from_another_disk(host: AgentHost, guest: GuestSpec, is_stable: bool) -> None:
    before = checksum(host)
    off(host, guest)
    rescue = DiskSpec(RESCUE, 0, guest.disks[0].image, serial="rescue")
    make_disk(host, replace(guest, disks=(rescue,)))
    own = replace(guest.disks[0], image=None)
    disks = (own, rescue) if is_stable else (rescue, own)
    on(host, replace(guest, disks=disks, boot_disk=1 if is_stable else 0))

    device = "vda" if is_stable else "vdb"
    assert run(host, f"cat /sys/block/{device}/serial") == SERVER[:20]
    assert run(host, "test -e /root/data && echo there || echo new") == "new"

    off(host, guest)
    on(host, guest)
    assert checksum(host) == before


def test_a_guest_runs_again_when_its_machine_was_started_anew(host: AgentHost, guest: GuestSpec) -> None:
    before = checksum(host)
    start_machine_anew(host)

    count = boots(host)
    until(lambda: host.power(SERVER) is Power.RUNNING, 60, "the guest to be started")
    booted(host, count + 1)
    until(lambda: can_run(host), 120, "the guest's agent")
    assert checksum(host) == before

    off(host, guest)
    start_machine_anew(host)
    assert host.power(SERVER) is Power.STOPPED


def test_a_volume_is_there_again_when_its_machine_was_started_anew(host: AgentHost, guest: GuestSpec) -> None:
    place, files = VolumePlace("directory", VOLUME), AgentVolumes(host.hosts, SystemClock())
    until(lambda: files.ensure_volume(host.host_id, VolumeSpec(place, 1)).is_ready, 60, "the volume")
    host.settle(replace(guest, volumes=(VolumeDisk(place, "vdb"),)))
    until(lambda: run(host, "cat /sys/block/vdb/serial || true") == VOLUME[:20], 20, "the guest to see it")
    run(host, "dd if=/dev/urandom of=/dev/vdb bs=64k count=64 conv=fsync 2>/dev/null")
    read = "head -c 4194304 /dev/vdb | md5sum"
    before, count = run(host, read), boots(host)

    start_machine_anew(host)

    booted(host, count + 1)
    until(lambda: can_run(host), 120, "the guest's agent")
    assert run(host, "cat /sys/block/vdb/serial") == VOLUME[:20]
    assert run(host, read) == before
    host.hosts.remove_guest(host.host_id, SERVER)
    files.remove_volume(host.host_id, place)


def start_machine_anew(host: AgentHost) -> None:
    """The emulator and the agent die, and the kernel has another boot id when the agent is back."""
    host.kill_agent()
    if SERVER in virsh(host, "list", "--uuid"):
        host.call("kill", "-9", str(inner_pid(emulator_of(host))))
    host.boot += 1
    host.start_agent()


def test_a_password_is_set_by_the_guests_agent(host: AgentHost, guest: GuestSpec) -> None:
    before = run(host, "grep ^root: /etc/shadow")

    host.hosts.set_password(host.host_id, SERVER, "root", "correct horse")

    assert run(host, "grep ^root: /etc/shadow") != before
