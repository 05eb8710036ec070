from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select, text

from haneul.kit.db import Database, JsonTuple, Prepared, Timestamp, among
from haneul.kit.errors import Unavailable
from tests.databases import fresh

METADATA = MetaData()
things = Table("things", METADATA, Column("id", String(36), primary_key=True), Column("at", Timestamp))


@pytest.mark.parametrize("wanted", [[], ["a"], ["b", "nobody", 'qu"ote'], [*map(str, range(40_000)), "a"]])
def test_rows_are_found_among_any_number_of_values(wanted: list[str]) -> None:
    db = fresh(METADATA)
    with db.write() as connection:
        connection.execute(insert(things), [{"id": each, "at": None} for each in ("a", "b", 'qu"ote')])

    with db.read() as connection:
        found = connection.execute(select(things.c.id).where(among(things.c.id)), {"ids": wanted}).scalars().all()

    assert sorted(found) == [each for each in ("a", "b", 'qu"ote') if each in wanted]


@pytest.mark.parametrize("years", [-1000, -1, 0, 30, 71, 72, 1000, 7000])
def test_moments_are_kept_to_the_microsecond(years: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=365 * years, microseconds=999_999)
    db = fresh(METADATA)
    with db.write() as connection:
        connection.execute(insert(things), {"id": "a", "at": moment})

    with db.read() as connection:
        assert connection.execute(select(things.c.at)).scalar() == moment


def test_a_full_disk_is_named_and_forgotten_once_there_is_room(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'full.db'}")
    with db.write() as connection:
        connection.execute(text("CREATE TABLE things (data BLOB)"))
        connection.execute(text("PRAGMA max_page_count = 10"))

    with pytest.raises(Unavailable) as refusal, db.write() as connection:
        connection.execute(text("INSERT INTO things VALUES (zeroblob(1000000))"))

    assert refusal.value.code == "database.full"
    assert "full.db" in refusal.value.message
    with db.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        connection.execute(text("INSERT INTO things VALUES (zeroblob(1000000))"))


def test_what_a_read_leaves_open_is_not_seen_by_the_next(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'again.db'}")
    METADATA.create_all(db.engine)
    with db.read() as connection:
        assert connection.execute(select(things.c.id)).all() == []
    with db.write() as connection:
        connection.execute(insert(things), {"id": "a", "at": None})

    with db.read() as connection:
        assert connection.execute(select(things.c.id)).scalars().all() == ["a"]


def test_a_write_that_fails_leaves_nothing_to_the_next_on_its_connection(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'undone.db'}")
    METADATA.create_all(db.engine)
    with pytest.raises(KeyError), db.write() as connection:
        connection.execute(insert(things), {"id": "a", "at": None})
        raise KeyError

    with db.write() as connection:
        connection.execute(insert(things), {"id": "b", "at": None})

    with db.read() as connection:
        assert connection.execute(select(things.c.id)).scalars().all() == ["b"]


def test_a_closed_database_leaves_no_connection_open(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'closed.db'}")
    METADATA.create_all(db.engine)
    with db.read() as connection:
        connection.execute(select(things.c.id)).all()

    db.close()

    # SQLite takes its log away with the last connection.
    assert [file.name for file in tmp_path.iterdir()] == ["closed.db"]


@pytest.mark.parametrize("kept", [None, (), ("a", "b"), ({"a": [1]}, None)])
def test_a_list_comes_back_as_the_tuple_that_it_was(kept: tuple[object, ...] | None) -> None:
    lists = Table("lists", MetaData(), Column("kept", JsonTuple))
    db = fresh(lists.metadata)
    with db.write() as connection:
        connection.execute(insert(lists), {"kept": kept})

    with db.read() as connection:
        assert connection.execute(select(lists.c.kept)).scalars().all() == [kept]
        assert Prepared(select(lists.c.kept)).scalars(connection) == [kept]
