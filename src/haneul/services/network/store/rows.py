"""Nouns in and out of their tables: what every noun of this service has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.sql.base import Executable

from haneul.kit.db import Database, Prepared, PreparedList, inserting, updating
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.paging import after
from haneul.services.network.model.listing import EVERYTHING, Listing, TagFilter


class Noun(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str: ...

    @property
    def revision_number(self) -> int: ...


T = TypeVar("T", bound=Noun)
Order = Sequence[tuple[Column[Any], bool]]
Scope = ColumnElement[bool] | None
"""The rows that somebody may see; None: all."""

CHUNK = 500
"""How many ids one statement names at most."""


def chunked(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


class Rows(Generic[T]):
    """The rows of one noun."""

    def __init__(self, db: Database, table: Table, kind: type[T]) -> None:
        self.db = db
        self.table = table
        self._kind = kind
        self._names = tuple(item.name for item in fields(kind) if item.name in table.c)
        self._columns = [self._column(name) for name in self._names]
        self._by_id = Prepared(select(*self._columns).where(table.c.id == bindparam("noun_id")))
        self._by_ids = PreparedList(lambda ids: select(*self._columns).where(table.c.id.in_(ids)))
        self._delete = Prepared(delete(table).where(table.c.id == bindparam("noun_id")))
        self._insert: Prepared | None = None
        self._update: Prepared | None = None

    # What a noun with more than one table adds to its rows, and how it reads them.

    def _column(self, name: str) -> ColumnElement[Any]:
        """What is selected for this field."""
        return self.table.c[name]

    def _complete(self, connection: Connection, found: list[T]) -> list[T]:
        """The same with what other tables hold."""
        return found

    def _extra(self, noun: T) -> dict[str, Any]:
        """Columns that are not fields of the noun."""
        return {}

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        """A filter on something that is not a column; None where there is no such thing."""
        return None

    def find(self, noun_id: str, scope: Scope = None) -> T | None:
        if scope is None:
            found = self._found(self._by_id, noun_id=noun_id)
        else:
            with self.db.read() as connection:
                found = self._read(connection, self._selected(scope).where(self.table.c.id == noun_id))
        return found[0] if found else None

    def by_ids(self, ids: Iterable[str]) -> dict[str, T]:
        found: dict[str, T] = {}
        with self.db.read() as connection:
            for some in chunked(ids):
                rows = self._by_ids.rows(connection, some)
                found |= {noun.id: noun for noun in self._nouns(connection, rows)}
        return found

    def page(self, listing: Listing = EVERYTHING, scope: Scope = None) -> list[T]:
        """Raises Invalid `listing.unknown_field` and NotFound `listing.no_marker`."""
        with self.db.read() as connection:
            marker = self._marker(connection, self._order(listing), listing.page.marker, scope)
            statement = after(self._filtered(self._selected(scope), listing), self._order(listing), marker)
            if listing.page.limit is not None:
                statement = statement.limit(listing.page.limit)
            found = self._read(connection, statement)
        return found[::-1] if listing.is_backwards else found

    def where(self, *conditions: ColumnElement[bool]) -> list[T]:
        with self.db.read() as connection:
            statement = self._selected(None).where(*conditions).order_by(self.table.c.created_at, self.table.c.id)
            return self._read(connection, statement)

    def exists(self, *conditions: ColumnElement[bool]) -> bool:
        with self.db.read() as connection:
            return connection.execute(select(self.table.c.id).where(*conditions).limit(1)).first() is not None

    def ids(self, *conditions: ColumnElement[bool]) -> list[str]:
        with self.db.read() as connection:
            return list(connection.execute(select(self.table.c.id).where(*conditions)).scalars())

    def count(self, project_id: str) -> int:
        with self.db.read() as connection:
            statement = select(func.count()).select_from(self.table).where(self.table.c.project_id == project_id)
            return int(connection.execute(statement).scalar_one())

    def add(self, noun: T) -> None:
        values = self._values(noun) | self._extra(noun)
        self._insert = self._insert or inserting(self.table, values)
        with self.db.write() as connection:
            self._insert.run(connection, **values)

    def save(self, noun: T, now: datetime) -> T:
        """Write it as it is now, one revision on; answers it as written."""
        saved: T = replace(noun, updated_at=now, revision_number=noun.revision_number + 1)
        values = self._values(saved) | self._extra(saved)
        self._update = self._update or updating(self.table, self.table.c.id, values)
        with self.db.write() as connection:
            self._update.run(connection, of=noun.id, **values)
        return saved

    def remove(self, noun_id: str) -> bool:
        with self.db.write() as connection:
            return self._delete.run(connection, noun_id=noun_id) > 0

    def _values(self, noun: T) -> dict[str, Any]:
        return {name: getattr(noun, name) for name in self._names}

    def _selected(self, scope: Scope) -> Select[Any]:
        statement = select(*self._columns)
        return statement if scope is None else statement.where(scope)

    def _prepared(self, *conditions: ColumnElement[bool]) -> Prepared:
        """What `where` asks, put together once; for `_found`."""
        statement = select(*self._columns).where(*conditions).order_by(self.table.c.created_at, self.table.c.id)
        return Prepared(statement)

    def _found(self, prepared: Prepared, **values: Any) -> list[T]:
        with self.db.read() as connection:
            return self._nouns(connection, prepared.rows(connection, **values))

    def _read(self, connection: Connection, statement: Executable) -> list[T]:
        return self._nouns(connection, connection.execute(statement).all())

    def _nouns(self, connection: Connection, rows: Sequence[Any]) -> list[T]:
        names = self._names
        found = [msgspec.convert(dict(zip(names, row, strict=False)), self._kind) for row in rows]
        return self._complete(connection, found) if found else found

    def _filtered(self, statement: Select[Any], listing: Listing) -> Select[Any]:
        for name, values in listing.filter.where.items():
            statement = statement.where(self._matches(name, values))
        if listing.filter.tags:
            if "tags" not in self.table.c:
                raise Invalid("listing.unknown_field", "This listing cannot be filtered by tags: leave them out.")
            statement = statement.where(*_tagged(self.table.c.tags, listing.filter.tags))
        return statement

    def _matches(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool]:
        condition = self._condition(name, values)
        if condition is not None:
            return condition
        column = self.table.c.get(name)
        if column is None or isinstance(values, str):
            raise Invalid("listing.unknown_field", f"{name} is not something that this listing can be filtered by.")
        some = [_fitting(column, value) for value in values if value is not None]
        if len(some) == len(values):
            return column.in_(some)
        return or_(column.is_(None), column.in_(some))

    def _order(self, listing: Listing) -> Order:
        order: list[tuple[Column[Any], bool]] = []
        for key in listing.page.sort:
            column = self.table.c.get(key.name)
            if column is None:
                raise Invalid("listing.unknown_field", f"{key.name} is not something that can be sorted by.")
            order.append((column, key.is_descending is not listing.is_backwards))
        if all(column.name != "id" for column, _ in order):
            order.append((self.table.c.id, listing.is_backwards))
        return order

    def _marker(
        self, connection: Connection, order: Order, marker_id: str | None, scope: Scope
    ) -> Sequence[Any] | None:
        """What the marker is sorted by; it must be in sight, as everything that is listed."""
        if marker_id is None:
            return None
        wanted = select(*(column for column, _ in order)).where(self.table.c.id == marker_id)
        found = connection.execute(wanted if scope is None else wanted.where(scope)).first()
        if found is None:
            raise NotFound("listing.no_marker", f"The marker {marker_id} could not be found: begin anew.")
        return found


def _fitting(column: Column[Any], value: object) -> object:
    """What a client wrote, as the column's own kind of value: databases do not agree on comparing 4 with "4"."""
    if not isinstance(column.type, Integer) or isinstance(value, int):
        return value
    try:
        return int(str(value))
    except ValueError:
        message = f"{column.name} is a number: {value} is not one to filter by."
        raise Invalid("listing.not_a_number", message) from None


def _tagged(column: Column[Any], wanted: TagFilter) -> Iterator[ColumnElement[bool]]:
    text = type_coerce(column, Text)

    def has(tag: str) -> ColumnElement[bool]:
        return text.contains(msgspec.json.encode(tag).decode(), autoescape=True)

    if wanted.all_of:
        yield and_(*map(has, wanted.all_of))
    if wanted.any_of:
        yield or_(*map(has, wanted.any_of))
    if wanted.not_all_of:
        yield not_(and_(*map(has, wanted.not_all_of)))
    if wanted.not_any_of:
        yield not_(or_(*map(has, wanted.not_any_of)))


def grouped(rows: Iterable[Any], key: Callable[[Any], str], value: Callable[[Any], Any]) -> Mapping[str, list[Any]]:
    """The values of rows by their key, in the order of the rows."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(value(row))
    return found
