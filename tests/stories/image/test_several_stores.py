"""Data in several stores: where it goes, from where it comes, and what becomes of a store that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from haneul.drivers.image.directory import DirectoryStore
from haneul.drivers.image.fake import FakeStore
from haneul.kit.errors import Conflict, Forbidden, NotFound, OverQuota, Unavailable
from haneul.services.image import Image, ImportMethod, ImportOrder, NamedStore, Status, Stores, TaskStatus
from haneul.services.image.upkeep.blobs import CHECK_AGAIN_AFTER
from tests.stories.image.conftest import ADMIN, DEMO, Bench

DATA = b"data of an image" * 1000
EVERYWHERE = ImportOrder(ImportMethod.COPY, is_to_all=True)


def uploaded(bench: Bench, store: str = "") -> Image:
    return bench.face.images.upload(DEMO, bench.create().id, iter([DATA]), store=store)


def imported(bench: Bench, order: ImportOrder) -> Image:
    image = bench.create()
    bench.face.imports.stage(DEMO, image.id, iter([DATA]))
    bench.face.imports.begin(DEMO, image.id, order)
    bench.work()
    return bench.face.images.get(DEMO, image.id)


def copied(bench: Bench, image: Image, order: ImportOrder = EVERYWHERE) -> Image:
    bench.face.imports.begin(ADMIN, image.id, order)
    bench.work()
    return bench.face.images.get(DEMO, image.id)


def whereabouts(bench: Bench) -> list[str]:
    return [store.name for store in bench.stores for _ in store.blobs.list()]


def data_of(bench: Bench, image: Image) -> bytes:
    download = bench.face.images.download(DEMO, image.id)
    assert download is not None
    return b"".join(download.chunks())


def test_an_upload_goes_to_the_store_that_is_named(bench: Bench) -> None:
    image = uploaded(bench, "second")
    assert image.stores == ("second",)
    assert whereabouts(bench) == ["second"]
    assert data_of(bench, image) == DATA

    bench.face.images.delete(DEMO, image.id)
    assert whereabouts(bench) == []


@pytest.mark.parametrize(
    ("order", "stores"),
    [
        (ImportOrder(ImportMethod.STAGED), ["local"]),
        (ImportOrder(ImportMethod.STAGED, stores=("second",)), ["second"]),
        (ImportOrder(ImportMethod.STAGED, stores=("local", "second", "local")), ["local", "second"]),
        (ImportOrder(ImportMethod.STAGED, is_to_all=True), ["local", "second"]),
    ],
)
def test_an_import_goes_to_the_stores_that_are_named(bench: Bench, order: ImportOrder, stores: list[str]) -> None:
    image = imported(bench, order)
    assert (image.status, list(image.stores)) == (Status.ACTIVE, stores)
    assert (image.importing_to, image.failed_stores) == ((), ())
    assert whereabouts(bench) == stores
    assert data_of(bench, image) == DATA
    assert bench.leftovers() == []


def test_a_full_store_ends_an_import_that_must_get_everywhere(bench: Bench) -> None:
    bench.second.capacity_bytes = 10
    image = imported(bench, ImportOrder(ImportMethod.STAGED, is_to_all=True))
    assert (image.status, image.stores) == (Status.QUEUED, ())
    assert "second" in (image.failed_stores or ())
    bench.upkeep()
    assert whereabouts(bench) == []
    assert bench.leftovers() == []


def test_a_full_store_is_done_without_where_one_is_enough(bench: Bench) -> None:
    bench.second.capacity_bytes = 10
    image = imported(bench, ImportOrder(ImportMethod.STAGED, is_to_all=True, all_must_succeed=False))
    assert (image.status, image.stores, image.failed_stores) == (Status.ACTIVE, ("local",), ("second",))
    bench.upkeep()
    assert bench.leftovers() == []

    bench.second.capacity_bytes = 1 << 30
    image = copied(bench, image)
    assert (image.stores, image.failed_stores) == (("local", "second"), ())


def test_an_import_that_gets_nowhere_fails(bench: Bench) -> None:
    bench.second.capacity_bytes = 10
    image = imported(bench, ImportOrder(ImportMethod.STAGED, stores=("second",), all_must_succeed=False))
    assert (image.status, image.failed_stores) == (Status.QUEUED, ("second",))
    assert bench.face.tasks.list_of(DEMO, image.id)[0].status is TaskStatus.FAILURE
    assert bench.leftovers() == []


def test_a_copy_is_made_while_the_image_is_used(bench: Bench) -> None:
    image = uploaded(bench)
    bench.face.imports.begin(ADMIN, image.id, EVERYWHERE)
    assert bench.face.images.get(DEMO, image.id).importing_to == ("second",)
    assert data_of(bench, image) == DATA
    with pytest.raises(Conflict, match="being copied"):
        bench.face.imports.begin(ADMIN, image.id, EVERYWHERE)
    bench.work()

    image = bench.face.images.get(DEMO, image.id)
    assert (image.status, image.stores) == (Status.ACTIVE, ("local", "second"))
    assert bench.leftovers() == []


def test_a_copy_that_fails_leaves_the_image_as_it_was(bench: Bench) -> None:
    image = uploaded(bench)
    bench.second.capacity_bytes = 10
    image = copied(bench, image)
    assert (image.status, image.stores, image.failed_stores) == (Status.ACTIVE, ("local",), ("second",))
    assert bench.face.tasks.list_of(DEMO, image.id)[0].status is TaskStatus.FAILURE
    bench.upkeep()
    assert bench.leftovers() == []


def test_an_image_that_is_deleted_while_it_is_copied_leaves_nothing(bench: Bench) -> None:
    image = uploaded(bench)
    bench.face.imports.begin(ADMIN, image.id, EVERYWHERE)
    bench.face.images.delete(DEMO, image.id)
    bench.work()
    bench.upkeep()
    assert whereabouts(bench) == []
    assert bench.leftovers() == []


def test_what_is_there_already_is_not_copied(bench: Bench) -> None:
    image = copied(bench, uploaded(bench))
    with pytest.raises(Conflict, match="already"):
        bench.face.imports.begin(ADMIN, image.id, ImportOrder(ImportMethod.COPY, stores=("second",)))
    assert copied(bench, image).stores == ("local", "second")
    with pytest.raises(Forbidden):
        bench.face.imports.begin(DEMO, image.id, EVERYWHERE)


def test_a_store_may_let_go_of_an_image_but_not_the_last_one(bench: Bench) -> None:
    image = copied(bench, uploaded(bench))
    twin = uploaded(bench)
    bench.face.images.delete_from(DEMO, image.id, "local")
    assert whereabouts(bench) == ["local", "second"]
    bench.face.images.delete(DEMO, twin.id)
    assert whereabouts(bench) == ["second"]

    assert data_of(bench, image) == DATA
    assert bench.face.images.read(image.id, 0, 4) == DATA[:4]
    with pytest.raises(Forbidden, match="delete the image"):
        bench.face.images.delete_from(DEMO, image.id, "second")
    with pytest.raises(NotFound):
        bench.face.images.delete_from(DEMO, image.id, "local")


def test_a_flipped_byte_in_one_store_harms_nobody_and_a_copy_heals_it(bench: Bench) -> None:
    image = copied(bench, uploaded(bench))
    bench.blobs.damage(image.blob or "")
    bench.clock.move(CHECK_AGAIN_AFTER.total_seconds() + 1)
    bench.upkeep()
    bench.upkeep()
    damaged = [blob.store for blob in bench.store.blobs.list_of(image.blob or "") if blob.is_damaged]
    assert damaged == ["local"]
    assert data_of(bench, image) == DATA

    copied(bench, image)
    assert not any(blob.is_damaged for blob in bench.store.blobs.list_of(image.blob or ""))
    with bench.blobs.open(image.blob or "") as reader:
        assert reader.read(0, len(DATA)) == DATA


def test_damaged_data_is_not_copied_on(bench: Bench) -> None:
    image = uploaded(bench)
    bench.blobs.damage(image.blob or "")
    image = copied(bench, image)
    assert (image.stores, image.failed_stores) == (("local",), ("second",))
    bench.upkeep()
    assert whereabouts(bench) == ["local"]


def test_the_heaviest_store_comes_first_and_another_stands_in(bench: Bench) -> None:
    image = copied(bench, uploaded(bench))
    bench.stores = Stores((NamedStore("local", FakeStore()), NamedStore("second", bench.second, weight=5)), "local")
    assert bench.face.images.get(DEMO, image.id).stores == ("second", "local")
    assert bench.face.images.list(DEMO)[0].stores == ("second", "local")
    assert data_of(bench, image) == DATA


def test_a_store_that_is_no_more_is_told(bench: Bench) -> None:
    image = uploaded(bench, "second")
    bench.stores = Stores((NamedStore("local", bench.blobs),), "local")
    with pytest.raises(Unavailable, match="None of the stores"):
        bench.face.images.download(DEMO, image.id)
    bench.face.images.delete(DEMO, image.id)
    bench.upkeep()


def test_each_copy_counts(bench: Bench) -> None:
    data = bytes(2 << 20)
    image = bench.upload(bench.create(), data)
    bench.limits.by_name["image_size_total"] = 3
    with pytest.raises(OverQuota):
        bench.face.imports.begin(ADMIN, image.id, EVERYWHERE)
    bench.limits.by_name["image_size_total"] = 4
    copied(bench, image)
    assert bench.face.images.usage(DEMO)[0].used == 4


def test_strays_are_swept_in_every_store(bench: Bench) -> None:
    bench.second.begin("draft").write(b"stray")
    bench.second.begin("other").write(b"stray")
    bench.second.keep("other", "ab" * 32)
    bench.upkeep()
    assert bench.second.drafts() == []
    assert whereabouts(bench) == []


def test_a_store_that_is_away_stops_neither_the_start_nor_the_others(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "away").write_text("no directory")
    away = NamedStore("away", DirectoryStore(tmp_path / "away" / "images"), weight=9)
    bench.stores = Stores((NamedStore("local", bench.blobs), away), "local")
    bench.blobs.begin("draft").write(b"stray")

    bench.upkeep()
    assert bench.blobs.drafts() == []
    image = uploaded(bench)
    image = copied(bench, image)
    assert (image.stores, image.failed_stores) == (("local",), ("away",))
    with pytest.raises(Unavailable):
        uploaded(bench, "away")
    assert data_of(bench, image) == DATA
