from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from haneul.kit.db import Database
from haneul.kit.errors import Unavailable


class Disk:
    """What would be left after a power cut: the files as they were at the last sync."""

    def __init__(self, file: Path, left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file, self._left = file, left
        self._lock = threading.Lock()
        self.syncs = 0
        really = os.fdatasync

        def sync(opened: int) -> None:
            really(opened)
            with self._lock:
                self.syncs += 1
                for name in (file.name, f"{file.name}-wal"):
                    shutil.copy(file.with_name(name), left / name)

        monkeypatch.setattr(os, "fdatasync", sync)

    def rows(self) -> set[int]:
        with self._lock:
            db = Database(f"sqlite:///{self._left / self._file.name}")
            with db.read() as c:
                found = set(c.execute(text("SELECT number FROM things")).scalars())
            db.close()
        return found


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(f"sqlite:///{tmp_path / 'cloud.db'}")
    with db.write() as c:
        c.execute(text("CREATE TABLE things (number INTEGER)"))
    return db


@pytest.fixture
def disk(tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Disk:
    left = tmp_path / "left"
    left.mkdir()
    return Disk(tmp_path / "cloud.db", left, monkeypatch)


def put(db: Database, number: int, *, is_lasting: bool = True) -> None:
    with db.write(is_lasting=is_lasting) as c:
        c.execute(text("INSERT INTO things VALUES (:number)"), {"number": number})


def test_what_was_written_survives_a_power_cut(db: Database, disk: Disk) -> None:
    put(db, 1)
    assert disk.rows() == {1}


def test_nobody_goes_on_before_his_own_commit_would_survive(db: Database, disk: Disk) -> None:
    def put_and_look(number: int) -> bool:
        put(db, number)
        return number in disk.rows()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(put_and_look, range(40)))
    assert disk.syncs <= 40


def test_what_may_be_done_again_waits_for_the_next_that_may_not(db: Database, disk: Disk) -> None:
    put(db, 1, is_lasting=False)
    assert disk.syncs == 0

    with db.write(is_lasting=False):
        put(db, 2)

    assert disk.rows() == {1, 2}


def test_a_disk_that_does_not_keep_it_is_told_to_whoever_wrote(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_opened: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)

    with pytest.raises(Unavailable) as refusal:
        put(db, 1)

    assert refusal.value.code == "database.not_lasting"
    monkeypatch.undo()
    put(db, 2)
