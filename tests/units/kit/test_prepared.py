from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, bindparam, delete, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

import haneul.services
from haneul.kit.db import Database, Json, Prepared, PreparedList, Timestamp, inserting, updating
from haneul.kit.errors import Invalid

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
METADATA = MetaData()
things = Table(
    "things",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("count", Integer),
    Column("is_big", Boolean, nullable=False),
    Column("data", Json),
    Column("made_at", Timestamp),
)
ADD = inserting(things, things.c.keys())
BY_ID = Prepared(select(things).where(things.c.id == bindparam("id")))
BY_IDS = PreparedList(lambda ids: select(things.c.id).where(things.c.id.in_(ids)).order_by(things.c.id))


def thing(thing_id: str, **other: Any) -> dict[str, Any]:
    return {"id": thing_id, "count": 1, "is_big": True, "data": {"a": [1]}, "made_at": NOW} | other


@pytest.fixture(params=("straight to the driver", "while somebody listens"))
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'things.db'}")
    METADATA.create_all(db.engine)
    if request.param == "while somebody listens":
        event.listen(db.engine, "before_cursor_execute", lambda *_: None)
    yield db
    db.close()


def test_values_come_back_as_they_went(db: Database) -> None:
    with db.write() as c:
        ADD.run_each(c, [thing("a"), thing("b", count=None, data=None, is_big=False)])

    with db.read() as c:
        found, other = BY_ID.first(c, id="a"), BY_ID.first(c, id="b")

        assert (found.id, found.count, found.is_big, found.data, found.made_at) == ("a", 1, True, {"a": [1]}, NOW)
        assert (other.count, other.is_big, other.data) == (None, False, None)
        assert BY_ID.first(c, id="c") is None
        assert Prepared(select(func.count()).select_from(things)).scalar(c) == 2


@pytest.mark.parametrize("count", (0, 1, 2, 3, 5))
def test_lists_of_any_length_find_what_they_name(db: Database, count: int) -> None:
    ids = [f"t{number}" for number in range(count)]
    with db.write() as c:
        ADD.run_each(c, [thing(f"t{number}") for number in range(8)])

        assert [row.id for row in BY_IDS.rows(c, ids)] == ids
        assert PreparedList(lambda ids: delete(things).where(things.c.id.in_(ids))).run(c, ids) == count


def test_a_change_says_how_many_rows_it_was(db: Database) -> None:
    change = updating(things, things.c.id, ["count"])
    with db.write() as c:
        ADD.run(c, **thing("a"))

        assert change.run(c, of="a", count=7) == 1
        assert change.run(c, of="b", count=7) == 0
        assert BY_ID.first(c, id="a").count == 7


def test_a_refused_statement_says_why_and_leaves_the_transaction_whole(db: Database) -> None:
    with db.write() as c:
        ADD.run(c, **thing("a"))
        with pytest.raises(IntegrityError), db.attempt(c):
            ADD.run(c, **thing("a"))
        ADD.run(c, **thing("b"))

    with db.read() as c:
        assert [row.id for row in BY_IDS.rows(c, ["a", "b"])] == ["a", "b"]


def test_a_number_too_large_is_refused(db: Database) -> None:
    with pytest.raises(Invalid) as refusal, db.write() as c:
        ADD.run(c, **thing("a", count=1 << 70))

    assert refusal.value.code == "request.number_too_large"


def test_what_fails_is_not_kept(db: Database) -> None:
    with pytest.raises(RuntimeError), db.write() as c:
        ADD.run(c, **thing("a"))
        raise RuntimeError

    with db.read() as c:
        assert BY_ID.first(c, id="a") is None


def test_every_statement_of_the_services_is_one_on_postgresql_too() -> None:
    for module in pkgutil.walk_packages(haneul.services.__path__, "haneul.services."):
        importlib.import_module(module.name)
    everything = [each._statement for each in gc.get_objects() if isinstance(each, Prepared)]
    statements: list[Any] = [each for each in everything if not isinstance(each, sqlite.Insert)]  # has a twin there

    dialect: Any = postgresql.dialect
    assert len(statements) > 50
    for statement in statements:
        names = list(statement.compile(dialect=dialect()).params)
        statement.compile(dialect=dialect(), column_keys=names)
