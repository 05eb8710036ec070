"""Rows of one table as frozen dataclasses with the same fields: one way in and out for every noun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Table, Text, delete, func, insert, select, type_coerce, update

from haneul.kit.db import Database
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


class Rows(Generic[T]):
    """`kind` has a field for every column of `table`; `noun` is for people."""

    def __init__(self, db: Database, table: Table, kind: type[T], noun: str) -> None:
        self.db = db
        self.table = table
        self._kind = kind
        self._noun = noun
        self._names = [each.name for each in fields(kind)]  # type: ignore[arg-type]

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
        found = self.list(Wanted(equals), Page(limit=1))
        return found[0] if found else None

    def by_id(self, ids: Sequence[str]) -> dict[str, T]:
        found = self.list(Wanted({"id": tuple(ids)})) if ids else []
        return {thing.id: thing for thing in found}  # type: ignore[attr-defined]

    def list(self, wanted: Wanted = EVERYTHING, page: Page = ALL_OF_IT, offset: int = 0) -> Sequence[T]:
        """In the order of `page.sort` (columns; without any as they were made), after the row `page.marker`.

        Raises NotFound("page.no_marker").
        """
        statement = select(self.table).where(*self._where(wanted))
        order = [(self.table.c[key.name], key.is_descending) for key in page.sort]
        last = self.table.c.get("number", next(iter(self.table.primary_key.columns)))
        order = [*order, (last, order[-1][1] if order else False)]
        with self.db.read() as c:
            values = None if page.marker is None else self._marker(page.marker, order)
            statement = after(statement, order, values).limit(page.limit)
            return [self._thing(row._mapping) for row in c.execute(statement.offset(offset or None))]

    def count(self, wanted: Wanted = EVERYTHING) -> int:
        with self.db.read() as c:
            found = c.scalar(select(func.count()).select_from(self.table).where(*self._where(wanted)))
        return int(found or 0)

    def add(self, thing: T) -> None:
        values = {name: _plain(getattr(thing, name)) for name in self._names if name != "number"}
        with self.db.write() as c:
            c.execute(insert(self.table).values(values))

    def change(self, thing_id: str, **values: Any) -> None:
        """Set columns; fine if the row is gone."""
        plain = {name: _plain(value) for name, value in values.items()}
        with self.db.write() as c:
            c.execute(update(self.table).where(self.table.c.id == thing_id).values(plain))

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

    def _thing(self, row: Any) -> T:
        return msgspec.convert({name: row[name] for name in self._names}, self._kind)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _has_pair(column: Column[Any], key: str, value: str) -> ColumnElement[bool]:
    """An object of strings, as JSON text, holds the pair: quotes within strings are escaped, so none can feign it."""
    pair = msgspec.json.encode({key: value}).decode()[1:-1]
    return type_coerce(column, Text).contains(pair, autoescape=True)
