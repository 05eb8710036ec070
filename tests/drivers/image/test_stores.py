"""What every store of images' data promises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from haneul.drivers.image.directory import DirectoryStore
from haneul.drivers.image.fake import FakeStore
from haneul.kit.errors import NoCapacity, NotFound
from haneul.services.image import BlobStore

DATA = b"bytes of an image" * 1000
SHA = hashlib.sha512(DATA).hexdigest()


@pytest.fixture(params=[DirectoryStore, lambda _path: FakeStore()], ids=["directory", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    make: Callable[[Path], BlobStore] = request.param
    return make(tmp_path / "images")


def write(store: BlobStore, name: str, *chunks: bytes) -> None:
    draft = store.begin(name)
    for chunk in chunks:
        draft.write(chunk)
    draft.seal()
    draft.close()


def test_a_draft_becomes_a_blob(store: BlobStore) -> None:
    write(store, "draft-1", DATA[:100], DATA[100:])
    assert store.drafts() == ["draft-1"]

    store.keep("draft-1", SHA)

    assert store.drafts() == []
    assert [(blob.address, blob.size_bytes) for blob in store.list()] == [(SHA, len(DATA))]
    with store.open(SHA) as reader:
        assert reader.size_bytes == len(DATA)
        assert reader.read(0, len(DATA) + 5) == DATA
        assert reader.read(10, 5) == DATA[10:15]
        assert reader.read(len(DATA), 5) == b""


def test_keeping_may_be_repeated(store: BlobStore) -> None:
    write(store, "draft", DATA)
    store.keep("draft", SHA)
    store.keep("draft", SHA)
    write(store, "again", DATA)
    store.keep("again", SHA)
    assert len(list(store.list())) == 1


def test_what_is_not_there_is_not_kept(store: BlobStore) -> None:
    with pytest.raises(NotFound):
        store.keep("nothing", SHA)


def test_a_draft_can_be_read_while_it_is_a_draft(store: BlobStore) -> None:
    write(store, "draft", DATA)
    with store.open_draft("draft") as reader:
        assert reader.read(0, 3) == DATA[:3]


def test_beginning_again_loses_the_old_draft(store: BlobStore) -> None:
    write(store, "draft", b"old")
    write(store, "draft", b"n")
    with store.open_draft("draft") as reader:
        assert reader.read(0, 10) == b"n"


def test_discarding_and_removing_may_be_repeated(store: BlobStore) -> None:
    write(store, "draft", DATA)
    store.discard("draft")
    store.discard("draft")
    store.remove(SHA)
    assert store.drafts() == []
    with pytest.raises(NotFound):
        store.open_draft("draft")
    with pytest.raises(NotFound):
        store.open(SHA)


def test_a_reader_keeps_what_it_has_open(store: BlobStore) -> None:
    write(store, "draft", DATA)
    store.keep("draft", SHA)
    with store.open(SHA) as reader:
        store.remove(SHA)
        assert reader.read(0, 20) == DATA[:20]
    assert list(store.list()) == []


def test_an_unfinished_draft_shows_up(store: BlobStore) -> None:
    store.begin("cut-off").close()
    assert store.drafts() == ["cut-off"]


def test_room_is_told(store: BlobStore) -> None:
    assert store.free_bytes() > 0


def test_a_full_fake_says_so() -> None:
    store = FakeStore(capacity_bytes=10)
    with pytest.raises(NoCapacity):
        store.begin("draft").write(DATA)


def test_a_directory_leaves_its_reserve_alone(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, reserve_bytes=1 << 62)
    draft = store.begin("draft")
    with pytest.raises(NoCapacity):
        draft.write(DATA)
    draft.close()


def test_a_full_file_system_says_so(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    Path(tmp_path / "drafts" / "draft").symlink_to("/dev/full")
    draft = store.begin("draft")
    with pytest.raises(NoCapacity) as refusal:
        draft.write(DATA)
    assert refusal.value.code == "image.store_full"
    draft.close()


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "images")
    write(store, "draft", DATA)
    store.keep("draft", SHA)
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "images").rglob("*")}
    assert modes == {0}


@pytest.mark.parametrize("name", ["../escape", "a/b", "", "."])
def test_names_stay_in_the_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        DirectoryStore(tmp_path).begin(name)
