"""`haneul up --fake`: the whole control plane without root, from the command line to its end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operators import Operator


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    folder = Path(tempfile.mkdtemp(prefix="haneul-fake-"))
    operator = Operator.in_folder(folder)
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
