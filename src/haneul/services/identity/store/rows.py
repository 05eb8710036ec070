"""One table of one noun: rows in, rows out."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared
from haneul.kit.errors import Conflict, NotFound
from haneul.kit.records import record
from haneul.services.identity.model import Filter, Listing

T = TypeVar("T")
_ORDER: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}
Row = dict[str, Any]


def fold(name: str) -> str:
    """The name as it is compared where case does not matter."""
    return name.casefold()


class Rows(Generic[T]):
    """The rows of `table` as frozen dataclasses of type `noun`, whose fields bear the columns' names."""

    def __init__(self, db: Database, table: Table, noun: type[T], derive: Callable[[Row], Row] | None = None) -> None:
        """`derive` computes the columns that the noun does not have from those that it has."""
        self.db = db
        self.table = table
        self._noun = noun
        self.word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", noun.__name__).lower()
        self._derive = derive or (lambda row: {})
        self._names = tuple(field.name for field in fields(noun) if field.name in table.c)  # type: ignore[arg-type]
        self._columns = [table.c[name] for name in self._names]
        self._chosen = select(*self._columns)
        self._by_id = Prepared(self._chosen.where(table.c.id == bindparam("id")))
        self._pages: dict[tuple[tuple[str, ...], bool, bool], Prepared] = {}
        self._is_whole = len(self._names) == len(fields(noun)) and not hasattr(noun, "__post_init__")  # type: ignore[arg-type]

    def find(self, thing_id: str) -> T | None:
        return self.find_prepared(self._by_id, id=thing_id)

    def find_prepared(self, prepared: Prepared, **values: Any) -> T | None:
        """The first that a statement made of `chosen` finds."""
        with self.db.read() as connection:
            row = prepared.first(connection, **values)
        return None if row is None else self.read(row)

    def get(self, thing_id: str) -> T:
        thing = self.find(thing_id)
        if thing is None:
            raise self.missing(thing_id)
        return thing

    def missing(self, thing_id: str) -> NotFound:
        return NotFound(f"{self.word}.not_found", f"Could not find {self.word.replace('_', ' ')}: {thing_id}.")

    def find_where(self, *conditions: ColumnElement[bool]) -> T | None:
        with self.db.read() as connection:
            row = connection.execute(self.chosen().where(*conditions)).first()
        return None if row is None else self.read(row)

    def find_many(self, ids: Iterable[str]) -> dict[str, T]:
        """Those that exist, by id."""
        wanted = list(set(ids))
        found: dict[str, T] = {}
        with self.db.read() as connection:
            for start in range(0, len(wanted), 500):
                some = self.chosen().where(self.table.c.id.in_(wanted[start : start + 500]))
                found.update((row.id, self.read(row)) for row in connection.execute(some).all())
        return found

    def all(self, *conditions: ColumnElement[bool]) -> list[T]:
        return self.fetch(self.chosen().where(*conditions).order_by(self.table.c.id))

    def page(self, listing: Listing, *conditions: ColumnElement[bool]) -> list[T]:
        if not conditions and all(map(self._is_plain, listing.filters)):
            return self._plain_page(listing)
        statement = self.chosen().where(*conditions)
        for each in listing.filters:
            statement = statement.where(self.condition(each))
        if listing.marker is not None:
            statement = statement.where(self.table.c.id > listing.marker)
        return self.fetch(statement.order_by(self.table.c.id).limit(listing.limit))

    def _is_plain(self, wanted: Filter) -> bool:
        """True if a column shall have a value, and no more."""
        is_equal = wanted.comparator == "equals" and wanted.value is not None and not wanted.ignores_case
        return is_equal and wanted.field in self.table.c and wanted.field != "name"

    def _plain_page(self, listing: Listing) -> list[T]:
        """As `page`; the statement is put together once for all listings that ask for the same columns."""
        names = tuple(each.field for each in listing.filters)
        shape = (names, listing.marker is not None, listing.limit is not None)
        if shape not in self._pages:
            self._pages[shape] = self._page_of_shape(*shape)
        values = {f"value_{place}": each.value for place, each in enumerate(listing.filters)}
        with self.db.read() as connection:
            rows = self._pages[shape].rows(connection, **values, marker=listing.marker, limit=listing.limit)
        return list(map(self.read, rows))

    def _page_of_shape(self, names: tuple[str, ...], has_marker: bool, has_limit: bool) -> Prepared:
        columns = self.table.c
        same = [
            columns[name] == bindparam(f"value_{place}", type_=columns[name].type) for place, name in enumerate(names)
        ]
        statement = self.chosen().where(*same).order_by(columns.id)
        if has_marker:
            statement = statement.where(columns.id > bindparam("marker"))
        return Prepared(statement.limit(bindparam("limit", type_=Integer)) if has_limit else statement)

    def chosen(self) -> Select[Any]:
        return self._chosen

    def fetch(self, statement: Select[Any]) -> list[T]:
        with self.db.read() as connection:
            rows = connection.execute(statement).all()
        return list(map(self.read, rows))

    def condition(self, wanted: Filter) -> ColumnElement[bool]:
        """The filter as SQL; a name is compared without regard to case."""
        column: ColumnElement[Any] = self.table.c[wanted.field]
        value = wanted.value
        if wanted.comparator == "in":
            return column.in_(value)
        if wanted.comparator in _ORDER:
            return _ORDER[wanted.comparator](column, value)
        if (
            wanted.field == "name"
            and "name_key" in self.table.c
            and (wanted.ignores_case or wanted.comparator == "equals")
        ):
            column, value = self.table.c.name_key, fold(value)
        elif wanted.ignores_case:
            column, value = func.lower(column), value.lower()
        if wanted.comparator == "equals":
            return column.is_(None) if value is None else column == value
        return _like(column, wanted.comparator, value)

    def add(self, thing: T) -> T:
        """Conflict if its name is taken."""
        row = self._row({name: getattr(thing, name) for name in self._names})
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(self.table), row)
            except IntegrityError as error:
                raise self._taken(row) from error
        return thing

    def change(self, thing: T) -> T:
        """Write the thing as it is now; Conflict if its new name is taken."""
        row = self._row({name: getattr(thing, name) for name in self._names})
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(update(self.table).where(self.table.c.id == row["id"]), row)
            except IntegrityError as error:
                raise self._taken(row) from error
        return thing

    def remove(self, thing_id: str) -> None:
        self.remove_where(self.table.c.id == thing_id)

    def remove_where(self, *conditions: ColumnElement[bool]) -> int:
        with self.db.write() as connection:
            return connection.execute(delete(self.table).where(*conditions)).rowcount

    def exists(self, *conditions: ColumnElement[bool]) -> bool:
        with self.db.read() as connection:
            return connection.execute(select(self.table.c.id).where(*conditions).limit(1)).first() is not None

    def read(self, row: Any) -> T:
        values = zip(self._names, row, strict=True)
        return record(self._noun, values) if self._is_whole else self._noun(**dict(values))

    def _row(self, row: Row) -> Row:
        return row | self._derive(row)

    def _taken(self, row: Mapping[str, Any]) -> Conflict:
        noun = self.word.replace("_", " ")
        name = row.get("name") or row.get("resource_name") or row.get("id")
        return Conflict(
            f"{self.word}.exists",
            f"Conflict occurred attempting to store {noun} - Duplicate entry: "
            f"there is already a {noun} {name}. Use another name.",
        )


def _like(column: ColumnElement[Any], comparator: str, value: str) -> ColumnElement[bool]:
    if comparator == "contains":
        return column.contains(value, autoescape=True)
    if comparator == "startswith":
        return column.startswith(value, autoescape=True)
    return column.endswith(value, autoescape=True)
