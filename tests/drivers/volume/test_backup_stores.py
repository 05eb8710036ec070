"""What every place for backups has to do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from haneul.drivers.volume.backups import BackupDirectory
from haneul.drivers.volume.fake_backups import FakeBackups
from haneul.kit.errors import Unavailable
from haneul.services.volume import BackupStore

DATA = b"a piece" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["fake", "directory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BackupStore:
    return FakeBackups() if request.param == "fake" else BackupDirectory(tmp_path)


def test_pieces_come_back_as_they_were(store: BackupStore) -> None:
    assert store.has([DIGEST]) == frozenset()

    store.put(DIGEST, DATA)

    assert store.has([DIGEST, "0" * 64]) == {DIGEST}
    assert store.read(DIGEST) == DATA


def test_a_missing_piece_says_so(store: BackupStore) -> None:
    with pytest.raises(Unavailable, match="missing"):
        store.read(DIGEST)


def test_backups_are_listed_found_and_removed(store: BackupStore) -> None:
    store.keep("b1", [DIGEST, "", DIGEST])

    assert list(store.list()) == ["b1"]
    assert list(store.find("b1") or ()) == [DIGEST, "", DIGEST]
    store.remove("b1")
    store.remove("b1")
    assert store.find("b1") is None


def test_only_pieces_that_no_backup_needs_are_swept(store: BackupStore) -> None:
    store.put(DIGEST, DATA)
    other = hashlib.sha256(b"other").hexdigest()
    store.put(other, b"other")
    store.keep("b1", [DIGEST])

    assert store.sweep(-1) == 1

    assert store.has([DIGEST, other]) == {DIGEST}


def test_what_changed_on_the_disk_is_not_given_out(tmp_path: Path) -> None:
    store = BackupDirectory(tmp_path)
    store.put(DIGEST, DATA)
    piece = next((tmp_path / "pieces").glob("*/*"))
    piece.write_bytes(piece.read_bytes()[:-4] + b"....")

    with pytest.raises(Unavailable, match="changed"):
        store.read(DIGEST)


def test_only_their_owner_reads_pieces(tmp_path: Path) -> None:
    store = BackupDirectory(tmp_path)
    store.put(DIGEST, DATA)

    assert next((tmp_path / "pieces").glob("*/*")).stat().st_mode & 0o077 == 0
