"""A cloud that has grown moves to PostgreSQL with all that it knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.operators import Operator

pytestmark = pytest.mark.skipif(not databases.on_postgres(), reason="needs a PostgreSQL server: pytest --postgres")


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    operator = Operator.in_folder(tmp_path)
    yield operator
    operator.haneul("uninstall", "--yes")


def listed(operator: Operator, path: str) -> str:
    return json.dumps(operator.admin().get(path), sort_keys=True)


LISTINGS = (
    "/identity/v3/users",
    "/compute/v2.1/servers/detail?all_tenants=1",
    "/network/v2.0/ports",
    "/image/v2/images",
    "/placement/resource_providers",
)


def test_a_cloud_moves_to_postgresql_with_everything(operator: Operator, tmp_path: Path) -> None:
    assert operator.haneul("up", "--fake", "--hosts", "2").returncode == 0
    before = [listed(operator, path) for path in LISTINGS]
    url = databases.url_of(tmp_path)

    moved = operator.haneul("db", "promote", url)

    assert moved.returncode == 0, moved.stderr
    assert [listed(operator, path) for path in LISTINGS] == before
    assert operator.haneul("up").returncode == 0
    again = operator.haneul("db", "promote", url)
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_database_in_use_is_refused_and_the_cloud_goes_on(operator: Operator, tmp_path: Path) -> None:
    assert operator.haneul("up", "--fake", "--hosts", "1", "--no-server").returncode == 0
    url = databases.url_of(tmp_path)
    assert operator.haneul("db", "promote", url).returncode == 0
    other = Operator.in_folder(tmp_path / "other")
    assert other.haneul("up", "--fake", "--hosts", "1", "--no-server").returncode == 0
    before = listed(other, "/identity/v3/users")

    refused = other.haneul("db", "promote", url)

    assert refused.returncode == 1
    assert "has rows already" in refused.stderr
    assert listed(other, "/identity/v3/users") == before
    assert other.haneul("uninstall", "--yes").returncode == 0
