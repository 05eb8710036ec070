"""What every hypervisor promises: agent/drivers/hypervisor/base.py, held to its words."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.base import GuestPlan, Hypervisor
from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.nic.base import Plug
from haneul.hostapi import Power
from haneul.kit.errors import Conflict, NotFound

URI = os.environ.get("HANEUL_LAB_LIBVIRT", "")
"""Set by the lab, inside its namespaces."""
SERVER = "6a0c8d5e-0000-4000-8000-000000000001"
needs_libvirt = pytest.mark.skipif(not URI, reason="needs libvirt: runs in the lab")


@pytest.fixture(params=["fake", pytest.param("libvirt", marks=needs_libvirt)])
def hypervisor(request: pytest.FixtureRequest) -> Iterator[Hypervisor]:
    hypervisor = FakeHypervisor() if request.param == "fake" else _libvirt()
    yield hypervisor
    hypervisor.remove(SERVER)
    hypervisor.close()


def _libvirt() -> Hypervisor:
    from haneul.agent.drivers.hypervisor.libvirt import LibvirtHypervisor

    return LibvirtHypervisor(URI, "tcg")


@pytest.fixture
def plan(tmp_path: Path, request: pytest.FixtureRequest) -> GuestPlan:
    """A guest with an empty disk: it runs, and has nothing to boot."""
    disk = tmp_path / "disk.qcow2"
    if "libvirt" in request.node.name:
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(disk), "1M"], check=True)
    return GuestPlan(
        server_id=SERVER,
        project_id="0f" * 16,
        name='<web> & "co"',
        vcpus=1,
        memory_mib=64,
        disks=(DiskFile(disk, "qcow2", "abc"),),
        plugs=(),
        config_drive=None,
        console_log=tmp_path / "console.log",
    )


@pytest.fixture
def plugs(request: pytest.FixtureRequest) -> Iterator[list[Plug]]:
    """Two taps, which nobody has plugged in."""
    made = [Plug(f"tapcard{n}", f"fa:16:3e:00:00:0{n}", 1442, has_offload=False) for n in (1, 2)]
    is_real = "libvirt" in request.node.name
    for plug in made if is_real else ():
        subprocess.run(["ip", "tuntap", "add", "dev", plug.device, "mode", "tap"], check=True)
    yield made
    for plug in made if is_real else ():
        subprocess.run(["ip", "link", "delete", "dev", plug.device], check=True)


def test_a_guest_that_was_never_defined_is_absent(hypervisor: Hypervisor) -> None:
    assert hypervisor.find(SERVER) is Power.ABSENT
    hypervisor.remove(SERVER)
    for act in (hypervisor.start, hypervisor.power_off, hypervisor.ask_to_stop, hypervisor.pause, hypervisor.resume):
        with pytest.raises(NotFound) as refusal:
            act(SERVER)
        assert refusal.value.code == "guest.absent"


def test_a_defined_guest_is_off_until_it_is_started(hypervisor: Hypervisor, plan: GuestPlan) -> None:
    hypervisor.define(plan)
    hypervisor.define(replace(plan, memory_mib=96))

    assert hypervisor.find(SERVER) is Power.STOPPED
    assert hypervisor.list_guests() == (SERVER,)


def test_a_guest_goes_through_its_states(hypervisor: Hypervisor, plan: GuestPlan) -> None:
    hypervisor.define(plan)
    seen = []
    for act in ("start", "start", "pause", "pause", "resume", "resume", "ask_to_stop", "power_off", "power_off"):
        getattr(hypervisor, act)(SERVER)
        seen.append(hypervisor.find(SERVER))

    running, paused, stopped = Power.RUNNING, Power.PAUSED, Power.STOPPED
    assert seen[:6] == [running, running, paused, paused, running, running]
    assert seen[7:] == [stopped, stopped]


def test_a_change_is_told(hypervisor: Hypervisor, plan: GuestPlan) -> None:
    heard = threading.Event()
    hypervisor.on_change(lambda server_id: heard.set() if server_id == SERVER else None)
    hypervisor.define(plan)

    hypervisor.start(SERVER)
    assert heard.wait(5)
    heard.clear()
    hypervisor.power_off(SERVER)

    assert heard.wait(5)


def test_a_running_guest_is_removed_with_all_that_is_known_of_it(hypervisor: Hypervisor, plan: GuestPlan) -> None:
    hypervisor.define(plan)
    hypervisor.start(SERVER)

    hypervisor.remove(SERVER)
    hypervisor.remove(SERVER)

    assert hypervisor.find(SERVER) is Power.ABSENT
    assert hypervisor.list_guests() == ()


def test_a_running_guest_has_a_screen_and_nothing_else_that_it_has_not(hypervisor: Hypervisor, plan: GuestPlan) -> None:
    hypervisor.define(plan)
    hypervisor.start(SERVER)

    assert hypervisor.console(SERVER, "vnc")
    with pytest.raises(Conflict) as refusal:
        hypervisor.console(SERVER, "hologram")
    assert refusal.value.code == "guest.no_console"


def test_a_guest_that_runs_takes_a_network_card(hypervisor: Hypervisor, plan: GuestPlan, plugs: list[Plug]) -> None:
    hypervisor.define(replace(plan, plugs=(plugs[0],)))
    hypervisor.start(SERVER)
    assert hypervisor.list_cards(SERVER) == {plugs[0].device}

    for _ in range(2):
        assert hypervisor.set_cards(SERVER, (plugs[0], plugs[1]))
        assert hypervisor.list_cards(SERVER) == {plug.device for plug in plugs}


def test_the_hypervisor_tells_what_it_is(hypervisor: Hypervisor) -> None:
    facts = hypervisor.facts()

    assert (facts.name, facts.accelerator) == ("QEMU", "tcg")
    assert facts.version > 1_000_000


def test_two_disks_of_a_guest_are_copied_at_once(hypervisor: Hypervisor, plan: GuestPlan, tmp_path: Path) -> None:
    disks = [tmp_path / "one.raw", tmp_path / "two.raw"]
    for disk in disks:
        disk.write_bytes(bytes(range(256)) * (256 * 1024))
    hypervisor.define(replace(plan, disks=(*plan.disks, *(DiskFile(disk, "raw") for disk in disks))))
    hypervisor.start(SERVER)

    with ThreadPoolExecutor(2) as pool:
        copies = [pool.submit(hypervisor.copy_disk, SERVER, disk, disk.with_suffix(".copy")) for disk in disks]

    assert [copy.exception() for copy in copies] == [None, None]
    assert all(disk.with_suffix(".copy").read_bytes()[:4] == b"QFI\xfb" for disk in disks)


# what libvirt is told


def test_a_disk_of_a_guest_that_runs_is_exchanged(hypervisor: Hypervisor, plan: GuestPlan, tmp_path: Path) -> None:
    old, new = (DiskFile(tmp_path / f"{name}.qcow2", "qcow2", "abc", target="vdb") for name in ("old", "new"))
    if not isinstance(hypervisor, FakeHypervisor):
        for disk in (old, new):
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(disk.path), "1M"], check=True)
        subprocess.run(["qemu-io", "-c", "write -P 7 0 64k", str(old.path)], check=True, capture_output=True)
    hypervisor.define(replace(plan, disks=(*plan.disks, old)))
    hypervisor.start(SERVER)

    hypervisor.swap_disk(SERVER, old.path, new)
    hypervisor.swap_disk(SERVER, old.path, new)
    hypervisor.give_up_swap(SERVER, old.path)

    with pytest.raises(NotFound):
        hypervisor.swap_disk(SERVER, tmp_path / "nothing", old)
    assert hypervisor.set_volumes(SERVER, plan.disks, (new,))
    hypervisor.power_off(SERVER)
    if not isinstance(hypervisor, FakeHypervisor):
        read = subprocess.run(["qemu-io", "-c", "read -P 7 0 64k", str(new.path)], capture_output=True, text=True)
        assert "verification failed" not in read.stdout
        hypervisor.start(SERVER)
        hypervisor.power_off(SERVER)


def test_the_definition_says_everything_that_the_plan_says(plan: GuestPlan, tmp_path: Path) -> None:
    from haneul.agent.drivers.hypervisor.libvirt.domain_xml import NAMESPACE, domain_xml

    whole = replace(
        plan,
        disks=(plan.disks[0], DiskFile(tmp_path / "b", "raw", "x" * 30)),
        plugs=(Plug("tap1", "fa:16:3e:00:00:01", 1442, has_offload=False),),
        config_drive=tmp_path / "config.iso",
    )
    domain = ElementTree.fromstring(domain_xml(whole, "tcg"))

    assert domain.get("type") == "qemu"
    assert domain.findtext("title") == plan.name
    assert domain.findtext(f".//{{{NAMESPACE}}}server") == SERVER
    assert [disk.findtext("serial") for disk in domain.iterfind("devices/disk[@device='disk']")] == ["abc", "x" * 20]
    assert [disk.find("target").get("dev") for disk in domain.iterfind("devices/disk")] == ["vda", "vdb", "hdd"]
    interface = domain.find("devices/interface")
    assert interface.find("target").attrib == {"dev": "tap1", "managed": "no"}
    assert interface.find("mtu").get("size") == "1442"
    assert interface.find("driver/host").get("csum") == "off"


def test_a_guest_under_kvm_is_defined_as_such(plan: GuestPlan) -> None:
    from haneul.agent.drivers.hypervisor.libvirt.domain_xml import domain_xml

    domain = ElementTree.fromstring(domain_xml(plan, "kvm"))

    assert domain.get("type") == "kvm"
    assert domain.find("cpu").get("mode") == "host-model"
    assert domain.find("features/tcg") is None
