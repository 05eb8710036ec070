"""Imports of images under power cuts and failures at every step."""

from __future__ import annotations

import pytest

from haneul.kit.workflow import METADATA as RUNS
from haneul.services.image import METADATA, ImportMethod, Status
from tests.databases import fresh
from tests.faults.drill import Scenario, Trial, trials
from tests.stories.image.conftest import ADMIN, DEMO, Bench

DATA = b"data of an image" * 100
URL = "http://images.example.org/tiny.img"


class Cloud(Bench):
    """A bench whose leftovers are what upkeep does not see to either."""

    def leftovers(self) -> list[str]:
        self.upkeep()
        halfway = [
            f"{image.id} is {image.status}"
            for image in self.face.images.list(ADMIN)
            if image.status not in (Status.QUEUED, Status.ACTIVE)
        ]
        empty = [
            f"{image.id} has no data"
            for image in self.face.images.list(ADMIN)
            if image.status is Status.ACTIVE and self.face.images.read(image.id, 0, len(DATA)) != DATA
        ]
        return halfway + empty + super().leftovers()


def build() -> Cloud:
    cloud = Cloud(fresh(METADATA, RUNS))
    cloud.fetcher.pages[URL] = DATA
    return cloud


def download(cloud: Cloud) -> None:
    cloud.face.imports.begin(DEMO, cloud.create().id, ImportMethod.DOWNLOAD, URL)


def delete_while_importing(cloud: Cloud) -> None:
    image = cloud.create()
    cloud.face.imports.begin(DEMO, image.id, ImportMethod.DOWNLOAD, URL)
    cloud.face.images.delete(DEMO, image.id)


SCENARIOS = [
    Scenario("download", build, download),
    Scenario("deleted", build, delete_while_importing),
]
TRIALS = [trial for scenario in SCENARIOS for trial in trials(scenario)]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.title)
def test_an_import_survives(trial: Trial[Cloud]) -> None:
    trial.run()
