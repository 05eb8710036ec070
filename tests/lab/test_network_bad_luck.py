"""The network's database wiped, or stopped, under a cloud at work; and what others wrote into it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from haneul.drivers.network.ovn import OvnNetworks
from haneul.kit.db import Database
from haneul.kit.errors import CloudError, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.services.network import METADATA, NewPort
from tests.drivers.network.private_ovn import PrivateOvn, private_ovn
from tests.lab.wired_host import until
from tests.stories.network.conftest import ADMIN, DEMO, Bench

PORTS = 1000
BACK_S, CPU_S = 10.0, 3.0


@pytest.fixture
def ovn(tmp_path: Path) -> Iterator[PrivateOvn]:
    with private_ovn(tmp_path) as ovn:
        yield ovn


@pytest.fixture
def bench(ovn: PrivateOvn, tmp_path: Path) -> Iterator[Bench]:
    db = Database(f"sqlite:///{tmp_path}/cloud.db")
    METADATA.create_all(db.engine)
    world = OvnNetworks(ovn.northbound, ovn.southbound)
    yield Bench(db, world)  # type: ignore[arg-type]
    world.close()
    db.close()


def test_a_wiped_database_with_a_thousand_ports_is_rebuilt_in_ten_seconds(ovn: PrivateOvn, bench: Bench):
    bench.face.quotas.set(ADMIN, DEMO.project_id, {"port": -1})
    network = bench.network()
    bench.subnet(network, "10.0.0.0/20")
    with bench.face.together():
        for _ in range(PORTS):
            bench.face.ports.create(DEMO, NewPort(network.id))
    ovn.nbctl("ls-add", "somebody-elses")
    ovn.nbctl("lsp-add", "somebody-elses", "theirs")
    before = ovn.nbctl("--bare", "--columns=name", "list", "Logical_Switch_Port").split()
    assert len(before) == PORTS + 2, "the ports, the metadata port, and somebody else's"

    for table in ("Logical_Switch", "DHCP_Options", "Port_Group", "Logical_Router", "DNS"):
        ovn.nbctl("--all", "destroy", table)
    ovn.nbctl("ls-add", "somebody-elses")
    began, began_cpu_s = time.monotonic(), time.process_time()
    mended = bench.mend()
    took_s, cpu_s = time.monotonic() - began, time.process_time() - began_cpu_s

    after = ovn.nbctl("--bare", "--columns=name", "list", "Logical_Switch_Port").split()
    assert sorted(after) == sorted(set(before) - {"theirs"})
    assert mended > PORTS and cpu_s < CPU_S, f"{cpu_s:.1f} s of CPU"
    if os.getloadavg()[0] < (os.cpu_count() or 1):
        assert took_s < BACK_S, f"{took_s:.1f} s on a machine that has nothing else to do"
    assert "somebody-elses" in ovn.nbctl("ls-list")
    assert [each.name for each in bench.face.drift.foreign(ADMIN)] == ["somebody-elses"]
    assert bench.mend() == 0


def test_ports_made_while_the_database_is_stopped_are_there_when_it_is_back(ovn: PrivateOvn, bench: Bench):
    network = bench.network()
    bench.subnet(network, "10.0.0.0/24")
    pid = _pid_of(ovn, "nb.db")
    os.kill(pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as pool:
            began = time.monotonic()
            made = list(pool.map(lambda _: _tried(bench, network.id), range(50)))
            took_s = time.monotonic() - began
    finally:
        os.kill(pid, signal.SIGCONT)

    assert took_s < 60, f"nobody waits for ever: {took_s:.0f} s"
    refusals = [each for each in made if isinstance(each, CloudError)]
    assert all(isinstance(each, Unavailable) for each in refusals), refusals
    until(lambda: _mended(bench), 30, "the database to answer again")
    names = set(ovn.nbctl("--bare", "--columns=name", "list", "Logical_Switch_Port").split())
    written = {port.id for port in bench.face.ports.list(INTERNAL)}
    assert names == written and len(written) == 50 - len(refusals) + 1
    assert bench.mend() == 0


def _tried(bench: Bench, network_id: str) -> str | CloudError:
    try:
        return bench.face.ports.create(DEMO, NewPort(network_id)).id
    except CloudError as error:
        return error


def _mended(bench: Bench) -> bool:
    """As the loop does it, which comes again."""
    try:
        bench.mend()
    except Unavailable:
        return False
    return True


def _pid_of(ovn: PrivateOvn, file: str) -> int:
    """Of the database server that this test has started."""
    found = subprocess.run(["pgrep", "-f", f"ovsdb-server {ovn.folder}/{file}"], capture_output=True, text=True)
    return int(found.stdout.split()[0])
