"""The lab: the real thing, in namespaces of its own, so that it disturbs nothing on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.cloud import LabCloud, tiny_image_file
from tests.lab.enclosure import Enclosure
from tests.lab.plain_guest import Key, make_key

LAST = "test_uninstall.py"
"""It ends the lab's cloud, which everything else needs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def tiny_image() -> Path:
    """The tiny guest image, built once and kept for the next time."""
    return tiny_image_file()


@pytest.fixture(scope="module")
def enclosure() -> Iterator[Enclosure]:
    """A machine for one module, with nothing on it yet."""
    machine = Enclosure()
    yield machine
    machine.close()


@pytest.fixture(scope="session")
def cloud(tiny_image: Path) -> Iterator[LabCloud]:
    """A cloud that `haneul up` has set up on a machine of its own, with its first server booted.

    One for the whole lab; test_uninstall.py ends it.
    """
    machine = Enclosure()
    try:
        yield LabCloud(machine, tiny_image)
    finally:
        machine.close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[Key]:
    """A key of each kind that clients use."""
    folder = tmp_path_factory.mktemp("keys")
    return [make_key(kind, folder) for kind in ("ecdsa", "rsa", "ed25519")]
