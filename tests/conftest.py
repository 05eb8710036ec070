"""What every test may ask for, and the database server that `--postgres` starts for all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.databases import SERVER
from tests.postgres import Server, new_folder, throw_away

if TYPE_CHECKING:
    from tests.clouds import OpenCloud

_server = pytest.StashKey[Server]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="keep the tests' databases in a PostgreSQL of their own")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, not in every worker: those find its socket in the environment."""
    if config.getoption("--postgres") and SERVER not in os.environ:
        server = config.stash[_server] = Server(new_folder())
        server.create()
        server.start()
        os.environ[SERVER] = str(server.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if clouds := sys.modules.get("tests.clouds"):
        clouds.forget()
    if _server in config.stash:
        config.stash[_server].stop()
        throw_away(config.stash[_server].folder)
        del os.environ[SERVER]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[OpenCloud]:
    """A cloud of its own, furnished, with two fake hosts."""
    from tests.clouds import open_cloud

    with open_cloud(tmp_path) as cloud:
        yield cloud
