"""Images get their data while their clients are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound
from haneul.services.image import Image, ImportMethod, ImportOrder, Status, TaskStatus
from tests.stories.image.conftest import ADMIN, DEMO, OTHER, Bench

DATA = b"data of an image" * 1000
URL = "http://images.example.org/tiny.img"


def staged(bench: Bench, data: bytes = DATA) -> Image:
    image = bench.create()
    bench.face.imports.stage(DEMO, image.id, iter([data]))
    return bench.face.images.get(DEMO, image.id)


def test_staged_data_is_imported(bench: Bench) -> None:
    image = staged(bench)
    assert (image.status, image.size_bytes) == (Status.UPLOADING, len(DATA))

    task = bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.STAGED))
    assert bench.face.images.get(DEMO, image.id).status is Status.IMPORTING
    bench.work()

    image = bench.face.images.get(DEMO, image.id)
    assert (image.status, image.size_bytes) == (Status.ACTIVE, len(DATA))
    assert bench.face.images.read(image.id, 0, 4) == DATA[:4]
    assert bench.face.tasks.get(ADMIN, task.id).status is TaskStatus.SUCCESS
    assert bench.leftovers() == []


def test_data_is_downloaded(bench: Bench) -> None:
    bench.fetcher.pages[URL] = DATA
    image = bench.create()
    bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    bench.work()

    assert bench.face.images.get(DEMO, image.id).status is Status.ACTIVE
    assert bench.leftovers() == []


def test_a_download_that_fails_leaves_a_queued_image_and_says_why(bench: Bench) -> None:
    image = bench.create()
    task = bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    bench.work()

    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    task = bench.face.tasks.get(ADMIN, task.id)
    assert task.status is TaskStatus.FAILURE
    assert "no such page" in task.message
    assert bench.leftovers() == []

    bench.fetcher.pages[URL] = DATA
    bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    bench.work()
    assert bench.face.images.get(DEMO, image.id).status is Status.ACTIVE


def test_staged_data_that_is_not_what_it_claims_is_refused(bench: Bench) -> None:
    image = bench.create(disk_format="qcow2")
    bench.face.imports.stage(DEMO, image.id, iter([DATA]))
    task = bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.STAGED))
    bench.work()

    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    assert "qcow2" in bench.face.tasks.get(ADMIN, task.id).message
    assert bench.leftovers() == []


def test_an_image_deleted_during_its_import_leaves_nothing(bench: Bench) -> None:
    image = staged(bench)
    task = bench.face.imports.begin(DEMO, image.id, ImportOrder(ImportMethod.STAGED))
    bench.face.images.delete(DEMO, image.id)
    bench.work()

    assert bench.leftovers() == []
    assert bench.face.tasks.get(ADMIN, task.id).status is TaskStatus.FAILURE


def test_an_image_deleted_with_staged_data_leaves_nothing(bench: Bench) -> None:
    image = staged(bench)
    bench.face.images.delete(DEMO, image.id)
    assert bench.leftovers() == []


def test_what_cannot_be_imported_says_so(bench: Bench) -> None:
    queued, active = bench.create(), bench.upload(bench.create(), DATA)
    unformatted = bench.create(container_format=None)
    face = bench.face.imports

    with pytest.raises(Conflict, match="needs to be staged"):
        face.begin(DEMO, queued.id, ImportOrder(ImportMethod.STAGED))
    with pytest.raises(Conflict, match="cannot be target"):
        face.begin(DEMO, active.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    with pytest.raises(Conflict, match="'container_format' needs to be set"):
        face.begin(DEMO, unformatted.id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    with pytest.raises(Conflict, match="'queued' state"):
        face.begin(DEMO, staged(bench).id, ImportOrder(ImportMethod.DOWNLOAD, URL))
    with pytest.raises(Invalid, match="does not pass filtering"):
        face.begin(DEMO, queued.id, ImportOrder(ImportMethod.DOWNLOAD, "file:///etc/passwd"))
    with pytest.raises(NotFound):
        face.begin(OTHER, queued.id, ImportOrder(ImportMethod.DOWNLOAD, URL))


def test_a_cut_off_staging_leaves_nothing(bench: Bench) -> None:
    image = bench.create()

    def cut_off() -> Iterator[bytes]:
        yield DATA
        raise Invalid("request.interrupted", "The connection was closed.")

    with pytest.raises(Invalid):
        bench.face.imports.stage(DEMO, image.id, cut_off())
    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    assert bench.leftovers() == []


def test_tasks_are_for_administrators_but_an_images_own_for_whoever_sees_it(bench: Bench) -> None:
    image = staged(bench)
    order = ImportOrder(ImportMethod.STAGED, said={"method": {"name": "glance-direct"}})
    task = bench.face.imports.begin(DEMO, image.id, order)

    assert [each.id for each in bench.face.tasks.list_of(DEMO, image.id)] == [task.id]
    with pytest.raises(Forbidden):
        bench.face.tasks.get(DEMO, task.id)
    with pytest.raises(NotFound):
        bench.face.tasks.list_of(OTHER, image.id)
