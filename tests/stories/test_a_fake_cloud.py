"""`haneul up --fake`: the whole control plane without root, from the command line to its end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import haneul


@dataclass(frozen=True)
class Operator:
    """Somebody without root at a command line."""

    folder: Path
    port: int

    def haneul(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(Path(haneul.__file__).parents[1]),
            "HANEUL_STATE": str(self.folder / "state"),
            "HANEUL_PORT": str(self.port),
        }
        argv = [sys.executable, "-m", "haneul", *words]
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    folder = Path(tempfile.mkdtemp(prefix="haneul-fake-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    operator = Operator(folder, port)
    yield operator
    operator.haneul("uninstall", "--yes")
    shutil.rmtree(folder)


def test_a_cloud_of_fake_hosts_comes_up_stays_and_goes(operator: Operator):
    first = operator.haneul("up", "--fake", "--hosts", "3")
    assert first.returncode == 0, first.stderr
    assert f"http://127.0.0.1:{operator.port}" in first.stdout
    assert (operator.folder / ".config" / "openstack" / "clouds.yaml").exists()

    again = operator.haneul("up")
    assert again.returncode == 0, again.stderr
    assert "nothing to do" in again.stderr

    status = operator.haneul("status")
    assert status.returncode == 0, status.stdout
    assert "3 fake hosts" in status.stdout

    down = operator.haneul("down")
    assert "stopped control" in down.stderr
    assert operator.haneul("status").returncode == 1

    assert operator.haneul("up").returncode == 0
    gone = operator.haneul("uninstall", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert not (operator.folder / "state").exists()
    assert not (operator.folder / ".config" / "openstack" / "clouds.yaml").exists()


def test_without_root_the_real_thing_says_what_to_do(operator: Operator):
    if os.geteuid() == 0:
        pytest.skip("root may")

    refused = operator.haneul("up")

    assert refused.returncode == 1
    assert "--fake" in refused.stderr
