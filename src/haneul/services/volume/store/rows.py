"""Rows of one table as frozen dataclasses with the same fields: one way in and out for every noun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Select, Table, Text, bindparam, delete, func, select, type_coerce

from haneul.kit.db import Database, Prepared, PreparedList, among, inserting, updating
from haneul.kit.errors import NotFound
from haneul.kit.paging import Page, after

T = TypeVar("T")
Conditions = list[ColumnElement[bool]]

_COMPARISONS = {"eq": eq, "neq": ne, "gt": gt, "gte": ge, "lt": lt, "lte": le}


@dataclass(frozen=True)
class Wanted:
    """Which rows of a listing: empty where it does not matter."""

    equals: Mapping[str, Any] = field(default_factory=dict)
    """Column -> its value, or a tuple of values of which it has one."""
    like: Mapping[str, str] = field(default_factory=dict)
    """Column -> text that it contains."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    times: tuple[tuple[str, str, datetime], ...] = ()
    """(column, eq | neq | gt | gte | lt | lte, moment)."""


EVERYTHING = Wanted()
ALL_OF_IT = Page()
_AT_ONCE = 500
"""How many ids one statement names at most."""


class Rows(Generic[T]):
    """`kind` has a field for every column of `table`; `noun` is for people."""

    def __init__(self, db: Database, table: Table, kind: type[T], noun: str) -> None:
        self.db = db
        self.table = table
        self._kind = kind
        self._noun = noun
        self._names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        self._by_ids = PreparedList(lambda ids: self._oldest_first(table.c.id.in_(ids)))
        self._all = Prepared(self._oldest_first())
        self._insert = inserting(table, (name for name in self._names if name != "number"))
        self._finds: dict[tuple[str, ...], Prepared] = {}
        self._among: dict[str, Prepared] = {}
        self._changes: dict[tuple[str, ...], Prepared] = {}

    def get(self, thing_id: str) -> T:
        """Raises NotFound("<noun>.absent")."""
        found = self.find(thing_id)
        if found is None:
            raise self.absent(thing_id)
        return found

    def absent(self, thing_id: str) -> NotFound:
        return NotFound(
            f"{self._noun.replace(' ', '_')}.absent", f"{self._noun.capitalize()} {thing_id} could not be found."
        )

    def find(self, thing_id: str) -> T | None:
        return self.find_by(id=thing_id)

    def find_by(self, **equals: Any) -> T | None:
        """The oldest with these values."""
        names = tuple(equals)
        if names not in self._finds:
            same = (self.table.c[name] == bindparam(f"of_{name}") for name in names)
            self._finds[names] = Prepared(self._oldest_first(*same).limit(1))
        with self.db.read() as c:
            row = self._finds[names].first(c, **{f"of_{name}": value for name, value in equals.items()})
        return None if row is None else self._thing(row)

    def by_id(self, ids: Sequence[str]) -> dict[str, T]:
        found: dict[str, T] = {}
        with self.db.read() as c:
            for start in range(0, len(ids), _AT_ONCE):
                some = map(self._thing, self._by_ids.rows(c, ids[start : start + _AT_ONCE]))
                found |= {thing.id: thing for thing in some}  # type: ignore[attr-defined]
        return found

    def with_any(self, name: str, values: Sequence[str]) -> Sequence[T]:
        """Those that have one of the values in this column, as they were made."""
        if name not in self._among:
            self._among[name] = Prepared(self._oldest_first(among(self.table.c[name])))
        with self.db.read() as c:
            return [self._thing(row) for row in self._among[name].rows(c, ids=list(values))]

    def all(self) -> Sequence[T]:
        """As they were made."""
        with self.db.read() as c:
            return [self._thing(row) for row in self._all.rows(c)]

    def list(self, wanted: Wanted = EVERYTHING, page: Page = ALL_OF_IT, offset: int = 0) -> Sequence[T]:
        """In the order of `page.sort` (columns; without any as they were made), after the row `page.marker`.

        Raises NotFound("page.no_marker").
        """
        statement = self._selected().where(*self._where(wanted))
        order = [(self.table.c[key.name], key.is_descending) for key in page.sort]
        order = [*order, (self._last, order[-1][1] if order else False)]
        with self.db.read() as c:
            values = None if page.marker is None else self._marker(page.marker, order)
            statement = after(statement, order, values).limit(page.limit)
            return [self._thing(row) for row in c.execute(statement.offset(offset or None))]

    def count(self, wanted: Wanted = EVERYTHING) -> int:
        with self.db.read() as c:
            found = c.scalar(select(func.count()).select_from(self.table).where(*self._where(wanted)))
        return int(found or 0)

    def add(self, thing: T) -> None:
        values = {name: _plain(getattr(thing, name)) for name in self._names if name != "number"}
        with self.db.write() as c:
            self._insert.run(c, **values)

    def change(self, thing_id: str, **values: Any) -> None:
        """Set columns; fine if the row is gone."""
        names = tuple(values)
        if names not in self._changes:
            self._changes[names] = updating(self.table, self.table.c.id, names)
        with self.db.write() as c:
            self._changes[names].run(c, of=thing_id, **{name: _plain(value) for name, value in values.items()})

    def remove(self, thing_id: str) -> None:
        """Fine if it is gone."""
        with self.db.write() as c:
            c.execute(delete(self.table).where(self.table.c.id == thing_id))

    def _marker(self, marker: str, order: Sequence[tuple[Column[Any], bool]]) -> Sequence[Any]:
        with self.db.read() as c:
            row = c.execute(select(*[column for column, _ in order]).where(self.table.c.id == marker)).first()
        if row is None:
            raise NotFound("page.no_marker", f"Marker {marker} is no {self._noun} in sight: begin without a marker.")
        return tuple(row)

    def _where(self, wanted: Wanted) -> Conditions:
        columns = self.table.c
        conditions: Conditions = []
        for name, value in wanted.equals.items():
            conditions.append(columns[name].in_(value) if isinstance(value, tuple) else columns[name] == value)
        for name, text in wanted.like.items():
            conditions.append(columns[name].contains(text, autoescape=True))
        for name, pairs in (("metadata", wanted.metadata), ("image_metadata", wanted.image_metadata)):
            conditions += [_has_pair(columns[name], key, value) for key, value in pairs.items()]
        for name, comparison, moment in wanted.times:
            conditions.append(_COMPARISONS[comparison](columns[name], moment))
        return conditions

    @property
    def _last(self) -> Column[Any]:
        """What tells rows apart that are equal in every other respect."""
        return self.table.c.get("number", next(iter(self.table.primary_key.columns)))

    def _selected(self) -> Select[Any]:
        return select(*(self.table.c[name] for name in self._names))

    def _oldest_first(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return self._selected().where(*conditions).order_by(self._last)

    def _thing(self, row: Sequence[Any]) -> T:
        return msgspec.convert(dict(zip(self._names, row, strict=True)), self._kind)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _has_pair(column: Column[Any], key: str, value: str) -> ColumnElement[bool]:
    """An object of strings, as JSON text, holds the pair: quotes within strings are escaped, so none can feign it."""
    pair = msgspec.json.encode({key: value}).decode()[1:-1]
    return type_coerce(column, Text).contains(pair, autoescape=True)
