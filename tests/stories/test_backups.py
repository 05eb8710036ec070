"""A backup proves itself, and brings the cloud back elsewhere."""

from __future__ import annotations

import json
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operators import Operator

LISTINGS = ("/identity/v3/users", "/compute/v2.1/servers/detail", "/network/v2.0/ports", "/image/v2/images")


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    operator = Operator.in_folder(tmp_path_factory.mktemp("home"))
    assert operator.haneul("up", "--fake", "--hosts", "2").returncode == 0
    yield operator
    operator.haneul("uninstall", "--yes")


@pytest.fixture(scope="module")
def backup(operator: Operator) -> Path:
    """Made while the cloud works."""
    file = operator.folder / "cloud.tar"
    made = operator.haneul("backup", "create", "--images", str(file))
    assert made.returncode == 0, made.stderr
    return file


def test_a_backup_is_for_its_owner_alone_and_whole(operator: Operator, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600

    verified = operator.haneul("backup", "verify", str(backup))

    assert verified.returncode == 0, verified.stderr
    assert "whole" in verified.stderr


def test_a_flipped_byte_is_found(operator: Operator, backup: Path) -> None:
    with tarfile.open(backup) as tar:
        place = tar.getmember("haneul.db").offset_data + 5000
    content = bytearray(backup.read_bytes())
    content[place] ^= 1
    damaged = backup.with_name("damaged.tar")
    damaged.write_bytes(content)

    verified = operator.haneul("backup", "verify", str(damaged))

    assert verified.returncode == 1
    assert "haneul.db" in verified.stderr
    assert operator.haneul("backup", "verify", str(operator.state / "openrc")).returncode == 1


def test_a_cloud_comes_back_elsewhere(operator: Operator, backup: Path, tmp_path: Path) -> None:
    before = [json.dumps(operator.admin().get(path), sort_keys=True) for path in LISTINGS]
    elsewhere = Operator(tmp_path, operator.port)
    assert operator.haneul("down").returncode == 0

    restored = elsewhere.haneul("backup", "restore", str(backup))

    assert restored.returncode == 0, restored.stderr
    assert elsewhere.haneul("up").returncode == 0
    assert [json.dumps(elsewhere.admin().get(path), sort_keys=True) for path in LISTINGS] == before
    assert elsewhere.haneul("uninstall", "--yes").returncode == 0
    assert operator.haneul("up").returncode == 0


def test_a_cloud_that_is_there_is_not_written_over(operator: Operator, backup: Path) -> None:
    refused = operator.haneul("backup", "restore", str(backup))

    assert refused.returncode == 1
    assert "There is a cloud" in refused.stderr


def test_a_file_that_would_go_elsewhere_is_refused(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "bad.tar"
    with tarfile.open(file, "w") as tar:
        tar.add(operator.state / "openrc", "../escaped")

    refused = operator.haneul("backup", "verify", str(file))

    assert refused.returncode == 1
    assert "../escaped" in refused.stderr
    assert not (tmp_path / "escaped").exists()
