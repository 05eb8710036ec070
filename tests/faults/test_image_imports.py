"""Imports of images under power cuts and failures at every step."""

from __future__ import annotations

import pytest

from haneul.kit.workflow import METADATA as RUNS
from haneul.services.image import METADATA, ImportMethod, ImportOrder, Status
from tests.databases import fresh
from tests.faults.drill import Scenario, Trial, sampled
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
    cloud.face.imports.begin(DEMO, cloud.create().id, ImportOrder(ImportMethod.DOWNLOAD, URL))


def delete_while_importing(cloud: Cloud) -> None:
    image = cloud.create()
    cloud.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    cloud.face.images.delete(DEMO, image.id)


def stage_and_spread(cloud: Cloud) -> None:
    image = cloud.create()
    cloud.face.imports.stage(DEMO, image.id, iter([DATA]))
    cloud.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.STAGED, is_to_all=True))


def copy(cloud: Cloud) -> None:
    image = cloud.upload(cloud.create(), DATA)
    cloud.face.imports.begin(ADMIN, image.id, ImportOrder(ImportMethod.COPY, is_to_all=True))


def delete_while_copying(cloud: Cloud) -> None:
    image = cloud.upload(cloud.create(), DATA)
    cloud.face.imports.begin(ADMIN, image.id, ImportOrder(ImportMethod.COPY, is_to_all=True))
    cloud.face.images.delete(DEMO, image.id)


SCENARIOS = [
    Scenario("to all stores", build, stage_and_spread),
    Scenario("copy", build, copy),
    Scenario("deleted while copying", build, delete_while_copying),
    Scenario("download", build, download),
    Scenario("deleted", build, delete_while_importing),
]
TRIALS = [trial for scenario in SCENARIOS for trial in sampled(scenario)]


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.title)
def test_an_import_survives(trial: Trial[Cloud]) -> None:
    trial.run()
