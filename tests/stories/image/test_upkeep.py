"""What drifts in the image store is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.paging import Page
from haneul.services.image import Images, NamespaceFilter, NewNamespace, Status
from haneul.services.image.upkeep.blobs import CHECK_AGAIN_AFTER
from haneul.services.image.verbs.intake import begin
from tests.stories.image.conftest import ADMIN, DEMO, Bench

DATA = b"data of an image" * 1000


def killed_in_mid_upload(bench: Bench) -> str:
    image = bench.create()
    with bench.db.write():
        image = begin(bench.parts, image, Status.SAVING)
    bench.blobs.begin(image.upload_id or "").write(DATA)
    return image.id


def test_an_upload_that_died_with_its_process_is_queued_again_at_once(bench: Bench) -> None:
    if not bench.db.is_sqlite:
        pytest.skip("where several processes share a database, silence alone tells that one has died")
    image_id = killed_in_mid_upload(bench)
    bench.clock.move(1)

    bench.upkeep()

    assert bench.face.images.get(DEMO, image_id).status is Status.QUEUED
    assert bench.leftovers() == []


def test_an_upload_that_lives_is_left_alone(bench: Bench) -> None:
    parts = replace(bench.parts, started_at=bench.clock.now())
    bench.clock.move(1)
    image_id = killed_in_mid_upload(bench)

    for loop in Images(parts).upkeep:
        loop.fn()

    assert bench.face.images.get(DEMO, image_id).status is Status.SAVING
    assert len(bench.blobs.drafts()) == 1


def test_an_upload_that_went_silent_is_queued_again(bench: Bench) -> None:
    parts = bench.parts
    bench.clock.move(1)
    image_id = killed_in_mid_upload(bench)
    bench.clock.move(600)

    for loop in Images(parts).upkeep:
        loop.fn()

    assert bench.face.images.get(DEMO, image_id).status is Status.QUEUED
    assert bench.leftovers() == []


def test_staged_data_waits_a_week_for_its_import(bench: Bench) -> None:
    image = bench.create()
    bench.face.imports.stage(DEMO, image.id, iter([DATA]))

    bench.clock.move(6 * 86400)
    bench.upkeep()
    assert bench.face.images.get(DEMO, image.id).status is Status.UPLOADING

    bench.clock.move(2 * 86400)
    bench.upkeep()
    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    assert bench.leftovers() == []


def test_data_that_nothing_stands_on_is_removed(bench: Bench) -> None:
    bench.blobs.begin("draft").write(b"stray")
    bench.blobs.keep("draft", "ab" * 64)
    image = bench.upload(bench.create(), DATA)
    bench.store.images.remove(image.id)

    bench.upkeep()

    assert list(bench.blobs.list()) == []
    assert bench.store.blobs.list_of(image.os_hash_value or "") == []


def test_a_flipped_byte_is_found(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)
    bench.blobs.damage(image.os_hash_value or "")
    bench.upkeep()
    assert not _is_damaged(bench, image.os_hash_value)

    bench.clock.move(CHECK_AGAIN_AFTER.total_seconds() + 1)
    bench.upkeep()
    assert _is_damaged(bench, image.os_hash_value)


def test_sound_data_stays_sound(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)
    bench.clock.move(CHECK_AGAIN_AFTER.total_seconds() + 1)
    bench.upkeep()
    assert not _is_damaged(bench, image.os_hash_value)


def _is_damaged(bench: Bench, address: str | None) -> bool:
    return any(blob.is_damaged for blob in bench.store.blobs.list_of(address or ""))


def test_well_known_definitions_are_there_from_the_first_day_and_stay_deleted(bench: Bench) -> None:
    everything = NamespaceFilter(resource_types=("OS::Glance::Image",))
    bench.upkeep()
    names = {namespace.name for namespace, _ in bench.face.metadefs.list(DEMO, everything, Page())}
    assert {"OS::Compute::LibvirtImage", "OS::OperatingSystem"} <= names

    with pytest.raises(Forbidden, match="protected"):
        bench.face.metadefs.delete(ADMIN, "OS::OperatingSystem")
    bench.face.metadefs.update(ADMIN, "OS::OperatingSystem", NewNamespace("OS::OperatingSystem"))
    bench.face.metadefs.delete(ADMIN, "OS::OperatingSystem")
    bench.upkeep()

    with pytest.raises(NotFound):
        bench.face.metadefs.get(ADMIN, "OS::OperatingSystem")
