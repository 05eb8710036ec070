"""Images get their data, or none at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from haneul.kit.errors import CloudError, Conflict, Forbidden, Invalid, NoCapacity, NotFound, OverQuota, Unavailable
from haneul.services.image import Status, require_bootable
from tests.stories.image.conftest import ADMIN, DEMO, OTHER, Bench

DATA = b"not a disk, but bytes" * 100


def test_an_upload_makes_an_image_active_with_its_checksums(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA[:1000], DATA[1000:])

    assert image.status is Status.ACTIVE
    assert image.size_bytes == image.virtual_size_bytes == len(DATA)
    assert image.checksum == hashlib.md5(DATA).hexdigest()
    assert (image.os_hash_algo, image.os_hash_value) == ("sha256", hashlib.sha256(DATA).hexdigest())
    assert bench.leftovers() == []


def test_what_was_uploaded_comes_back(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)

    whole = bench.face.images.download(DEMO, image.id)
    part = bench.face.images.download(DEMO, image.id)

    assert whole is not None and b"".join(whole.chunks()) == DATA
    assert part is not None and b"".join(part.chunks(10, 20)) == DATA[10:30]
    assert bench.face.images.read(image.id, 5, 7) == DATA[5:12]


def test_a_host_is_told_what_to_fetch(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)

    source = bench.face.images.source(DEMO, image.id)

    assert (source.digest, source.size_bytes, source.disk_format) == (image.os_hash_value, len(DATA), "raw")


def test_a_queued_image_is_no_source(bench: Bench) -> None:
    with pytest.raises(Conflict, match="needs one that is active"):
        bench.face.images.source(DEMO, bench.create().id)


def test_the_disk_of_an_ova_has_to_be_taken_out_first(bench: Bench) -> None:
    image = replace(bench.create(), container_format="ova")
    with pytest.raises(Invalid, match="qemu-img convert -O qcow2") as refusal:
        require_bootable(image)
    assert refusal.value.code == "image.not_bootable"
    require_bootable(replace(image, container_format="bare"))


def test_a_cut_off_upload_leaves_nothing_and_may_be_repeated(bench: Bench) -> None:
    image = bench.create()

    def cut_off() -> Iterator[bytes]:
        yield DATA
        raise Invalid("request.interrupted", "The connection was closed.")

    with pytest.raises(Invalid):
        bench.face.images.upload(DEMO, image.id, cut_off())

    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    assert bench.leftovers() == []
    assert bench.upload(image, DATA).status is Status.ACTIVE


@pytest.mark.parametrize("chunks", [(), (b"",)])
def test_an_empty_upload_is_no_disk(bench: Bench, chunks: tuple[bytes, ...]) -> None:
    image = bench.create(disk_format="qcow2")
    with pytest.raises(Invalid) as refusal:
        bench.upload(image, *chunks)
    assert refusal.value.code == "image.empty"
    assert bench.leftovers() == []


def test_an_empty_raw_image_is_an_image_but_no_server_begins_with_it(bench: Bench) -> None:
    image = bench.upload(bench.create())
    assert (image.status, image.size_bytes) == (Status.ACTIVE, 0)
    with pytest.raises(Invalid, match="holds no data"):
        bench.face.images.source(DEMO, image.id)


def test_a_full_store_says_so_and_keeps_nothing(bench: Bench) -> None:
    bench.blobs.capacity_bytes = 100
    _refused(bench, NoCapacity, "image.store_full", DATA)


def test_an_upload_beyond_the_limit_is_refused(bench: Bench) -> None:
    bench.limit(max_image_bytes=len(DATA) - 1)
    _refused(bench, Invalid, "image.too_large", DATA)


def test_a_project_has_a_quota_of_bytes(bench: Bench) -> None:
    mib = bytes(1 << 20)
    bench.limits.by_name["image_size_total"] = 1
    bench.upload(bench.create(), mib)

    with pytest.raises(OverQuota, match="image_size_total"):
        bench.face.images.upload(DEMO, bench.create().id, iter([mib]), len(mib))
    bench.upload(bench.create(), mib)
    with pytest.raises(OverQuota):
        bench.upload(bench.create(), b"")
    assert bench.upload(bench.create(caller=OTHER), mib, caller=OTHER).status is Status.ACTIVE


def test_a_project_has_a_quota_of_images(bench: Bench) -> None:
    bench.limits.by_name["image_count_total"] = 1
    bench.create()
    with pytest.raises(OverQuota, match="image_count_total"):
        bench.create()


def test_a_project_has_a_quota_of_uploads_at_once(bench: Bench) -> None:
    bench.limits.by_name["image_count_uploading"] = 1
    bench.face.imports.stage(DEMO, bench.create().id, iter([DATA]))
    with pytest.raises(OverQuota, match="image_count_uploading"):
        bench.upload(bench.create(), DATA)


def _refused(bench: Bench, kind: type[CloudError], code: str, *chunks: bytes) -> None:
    image = bench.create()
    with pytest.raises(kind) as refusal:
        bench.upload(image, *chunks)
    assert refusal.value.code == code
    assert bench.face.images.get(DEMO, image.id).status is Status.QUEUED
    assert bench.leftovers() == []


def test_data_is_final(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)
    with pytest.raises(Conflict, match="create a new image"):
        bench.upload(image, b"other")


def test_equal_images_are_stored_once_and_kept_until_the_last_is_gone(bench: Bench) -> None:
    first, second = (bench.upload(bench.create(), DATA) for _ in range(2))
    assert len(list(bench.blobs.list())) == 1

    bench.face.images.delete(DEMO, first.id)
    download = bench.face.images.download(DEMO, second.id)
    assert download is not None and b"".join(download.chunks()) == DATA

    bench.face.images.delete(DEMO, second.id)
    assert list(bench.blobs.list()) == []
    assert bench.deleted == [first.id, second.id]


def test_equal_images_are_stored_once_whatever_the_hash(bench: Bench) -> None:
    bench.limit(hash_algorithm="sha512")
    old = bench.upload(bench.create("old"), DATA)
    bench.limit(hash_algorithm="sha256")
    new = bench.upload(bench.create("new"), DATA)
    other = bench.upload(bench.create("other"), DATA[::-1])

    assert (old.os_hash_algo, new.os_hash_algo) == ("sha512", "sha256")
    assert new.os_hash_value == hashlib.sha256(DATA).hexdigest()
    assert {blob.address for blob in bench.blobs.list()} == {old.os_hash_value, other.os_hash_value}

    bench.face.images.delete(DEMO, old.id)
    source = bench.face.images.source(DEMO, new.id)
    assert source.digest == old.os_hash_value
    assert bench.face.images.read(new.id, 0, len(DATA)) == DATA
    bench.upkeep()
    assert bench.leftovers() == []


def test_an_image_deleted_during_its_upload_leaves_nothing(bench: Bench) -> None:
    image = bench.create()

    def deleted_meanwhile() -> Iterator[bytes]:
        yield DATA
        bench.face.images.delete(DEMO, image.id)

    with pytest.raises(NotFound) as refusal:
        bench.face.images.upload(DEMO, image.id, deleted_meanwhile())
    assert refusal.value.code == "image.upload_ended"
    assert bench.leftovers() == []


def test_two_uploads_at_once_end_with_one(bench: Bench) -> None:
    image = bench.create()

    def rival() -> Iterator[bytes]:
        with pytest.raises(Conflict):
            bench.upload(image, b"the second")
        yield DATA

    assert bench.face.images.upload(DEMO, image.id, rival()).size_bytes == len(DATA)


def test_an_image_without_formats_takes_no_data(bench: Bench) -> None:
    image = bench.create(disk_format=None)
    with pytest.raises(Invalid, match="disk_format must be set"):
        bench.upload(image, DATA)


def test_another_projects_image_takes_no_data_from_strangers(bench: Bench) -> None:
    image = bench.create()
    with pytest.raises(NotFound):
        bench.upload(image, DATA, caller=OTHER)


def test_a_deactivated_image_is_for_administrators_only(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)
    bench.face.images.deactivate(DEMO, image.id)

    with pytest.raises(Forbidden):
        bench.face.images.download(DEMO, image.id)
    assert bench.face.images.download(ADMIN, image.id) is not None
    with pytest.raises(Conflict):
        bench.face.images.source(DEMO, image.id)

    bench.face.images.reactivate(DEMO, image.id)
    assert bench.face.images.download(DEMO, image.id) is not None


def test_damaged_data_is_not_handed_out_and_heals_by_the_same_upload(bench: Bench) -> None:
    image = bench.upload(bench.create(), DATA)
    bench.blobs.damage(image.os_hash_value or "")
    bench.store.blobs.mark_checked("local", image.os_hash_value or "", bench.clock.now(), is_damaged=True)

    with pytest.raises(Unavailable):
        bench.face.images.download(DEMO, image.id)

    bench.upload(bench.create(), DATA)
    download = bench.face.images.download(DEMO, image.id)
    assert download is not None and b"".join(download.chunks()) == DATA
