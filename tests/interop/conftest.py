"""One run of Tempest against a cloud on a machine of its own in the lab, of which every test here tells a part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop import configuration, tempest
from tests.lab.cloud import LabCloud, cache, tiny_image_file
from tests.lab.enclosure import Enclosure

_SETTINGS = """
image_format_check = false
lockout_attempts = 2
lockout_s = 10
remembered_passwords = 2
"""
"""Tempest uploads random bytes as images, and wants to see users locked and used passwords refused."""


@pytest.fixture(scope="session")
def cloud() -> Iterator[LabCloud]:
    """A cloud that `haneul up` has set up, as strict with passwords as Tempest wants it."""
    machine = Enclosure()
    try:
        yield LabCloud(machine, tiny_image_file(), _SETTINGS)
    finally:
        machine.close()


@pytest.fixture(scope="session")
def outcomes(cloud: LabCloud, request: pytest.FixtureRequest) -> dict[str, tempest.Outcome]:
    """How each of the tests that are about to be told of ended, by its name."""
    names = [str(item.callspec.params["name"]) for item in request.session.items if isinstance(item, pytest.Function)]
    home = tempest.ensure_installed(cache())
    folder = cloud.machine.folder / "tempest"
    folder.mkdir()
    return tempest.Tempest(cloud.machine, home, configuration.write(cloud, folder)).run(names)
