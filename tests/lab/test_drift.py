"""What somebody breaks or leaves behind the cloud's back is told by `haneul drift`, and mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from haneul import settings
from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import create, delete, until_status

STRAY = "11111111-1111-4111-8111-111111111111"
TOLD_S, MENDED_S, SWEPT_S = 15, 90, 150
"""Mended is what two looks have missed, a look every 20 s; swept is what has lain there for a minute."""


@pytest.fixture(scope="module")
def server(cloud: LabCloud) -> Iterator[str]:
    made = create(cloud, "drifting")
    until_status(cloud, made, "ACTIVE")
    until(lambda: drift(cloud) == [], SWEPT_S, "nothing to differ", lambda: str(drift(cloud)))
    yield made
    delete(cloud, [made])


def drift(cloud: LabCloud) -> list[tuple[str, str, str]]:
    """All but what is somebody else's."""
    done = cloud.machine.haneul("drift", "--json")
    found: list[dict[str, Any]] = json.loads(done.stdout)["drift"]
    assert done.returncode == (1 if found else 0), done.stderr
    return [(each["kind"], each["what"], each["id"]) for each in found]


def is_told_and_mended(cloud: LabCloud, what: tuple[str, str, str], within_s: float) -> None:
    until(lambda: what in drift(cloud), TOLD_S, f"{what} to be told", lambda: str(drift(cloud)))
    until(lambda: drift(cloud) == [], within_s, f"{what} to be mended", lambda: str(drift(cloud)))


def virsh(cloud: LabCloud, words: str) -> str:
    """What libvirt's own client says, to the libvirt of the machine."""
    uri = settings.read(cloud.machine.state, {}).hypervisor
    return cloud.machine.ok(f"virsh -c '{uri}' {words}")


def port_of(cloud: LabCloud, server: str) -> str:
    return str(cloud.demo.ask("GET", f"/network/v2.0/ports?device_id={server}")["ports"][0]["id"])


def test_a_domain_that_somebody_destroyed_and_undefined_runs_again(cloud: LabCloud, server: str) -> None:
    virsh(cloud, f"undefine haneul-{server}")
    virsh(cloud, f"destroy haneul-{server}")

    is_told_and_mended(cloud, ("missing", "guest", server), MENDED_S)

    assert "running" in virsh(cloud, f"domstate haneul-{server}")
    until_status(cloud, server, "ACTIVE")


def test_a_port_that_somebody_deleted_in_ovn_is_made_again(cloud: LabCloud, server: str) -> None:
    port = port_of(cloud, server)
    nbctl = f"ovn-nbctl --db=unix:{cloud.machine.state}/ovn/run/nb.sock"

    def is_deleted_and_told() -> bool:
        """Its names are left, so it has changed. The loop that mends may come between: then it is deleted again."""
        cloud.machine.ok(f"{nbctl} --if-exists lsp-del {port}")
        return ("changed", "port", port) in drift(cloud)

    until(is_deleted_and_told, TOLD_S, "the port to be told", lambda: str(drift(cloud)))
    until(lambda: drift(cloud) == [], MENDED_S, "the port to be mended", lambda: str(drift(cloud)))

    assert port in cloud.machine.ok(f"{nbctl} --bare --columns=name find Logical_Switch_Port name={port}")


def test_a_tap_that_somebody_took_out_of_the_switch_is_put_back(cloud: LabCloud, server: str) -> None:
    port = port_of(cloud, server)
    cloud.machine.ok(f"ovs-vsctl --db=unix:{cloud.machine.state}/ovs/run/db.sock del-port br-int tap{port[:11]}")

    is_told_and_mended(cloud, ("missing", "port", port), MENDED_S)


def test_a_domain_of_nobody_is_told_and_removed(cloud: LabCloud, server: str) -> None:
    as_it_is = virsh(cloud, f"dumpxml --inactive haneul-{server}")
    file = cloud.machine.folder / "stray.xml"
    lines = [line for line in as_it_is.splitlines() if "<uuid>" not in line and "<mac address" not in line]
    file.write_text("\n".join(lines).replace(server, STRAY))

    virsh(cloud, f"define {file}")

    is_told_and_mended(cloud, ("left_over", "guest", STRAY), SWEPT_S)


def test_a_file_of_nobody_is_removed_and_somebodys_is_left_alone(cloud: LabCloud, server: str) -> None:
    folder = cloud.machine.state / "agent" / "volumes" / "directory"
    cloud.machine.ok(f"qemu-img create -f qcow2 {folder}/{STRAY}.qcow2 1M && touch {folder}/theirs.raw")

    until(lambda: ("left_over", "file", STRAY) in drift(cloud), TOLD_S, "the file to be told")
    assert ("foreign", "file", "theirs") in drift(cloud)
    until(lambda: drift(cloud) == [("foreign", "file", "theirs")], SWEPT_S, "it to go", lambda: str(drift(cloud)))

    assert (folder / "theirs.raw").exists()
    (folder / "theirs.raw").unlink()
