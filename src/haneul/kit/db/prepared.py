"""Statements that are put together and compiled once, and then only run.

On SQLite they go straight to the driver: putting a statement together and handing it over costs SQLAlchemy twenty
times what SQLite needs to run it. On PostgreSQL, where the way to the server costs more than that, and wherever
somebody listens to statements, they go SQLAlchemy's way.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from sqlite3 import Error
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, Dialect, Table, bindparam, insert, update
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

_Convert = Callable[[Any], Any]
_TROUBLE = (Error, OverflowError)


@dataclass(frozen=True)
class _Plan:
    """What is told to the driver, and how rows come back."""

    sql: str
    inputs: tuple[tuple[str, Any, _Convert | None], ...]
    """In the order of the placeholders: the parameter, its value if none is given, how it is written."""
    row: Callable[[Iterable[Any]], Any]
    outputs: tuple[tuple[int, _Convert], ...]
    """The places in a row that are not read as they are."""

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        return [
            values.get(name, default) if convert is None else convert(values.get(name, default))
            for name, default, convert in self.inputs
        ]

    def read(self, found: list[tuple[Any, ...]]) -> list[Any]:
        """Column by column what is not read as it is: to go through it row by row costs half as much again."""
        rows: Iterable[tuple[Any, ...]] = found
        if self.outputs and found:
            columns: list[Iterable[Any]] = list(zip(*found, strict=True))
            for place, convert in self.outputs:
                columns[place] = map(convert, columns[place])
            rows = zip(*columns, strict=True)
        return list(map(self.row, rows))


class Prepared:
    """One statement with named parameters: what differs from call to call is a `bindparam`.

    In an UPDATE only the new values may be named as columns are: SQLAlchemy sets whatever bears a column's name.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._plan: _Plan | None = None

    def rows(self, c: Connection, **values: Any) -> Sequence[Any]:
        """Every row, its columns as attributes."""
        driver = _driver(c)
        if driver is None:
            return c.execute(self._statement, values).all()
        plan = self._plan or self._planned(c)
        try:
            return plan.read(driver.execute(plan.sql, plan.arguments(values)).fetchall())
        except _TROUBLE:  # It is asked once more the long way, which says what is wrong in words that others catch.
            return c.execute(self._statement, values).all()

    def first(self, c: Connection, **values: Any) -> Any:
        """The first row, or None."""
        found = self.rows(c, **values)
        return found[0] if found else None

    def scalar(self, c: Connection, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(c, **values)
        return found[0][0] if found else None

    def scalars(self, c: Connection, **values: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.rows(c, **values)]

    def run(self, c: Connection, **values: Any) -> int:
        """For a statement that returns no rows: how many it changed."""
        driver = _driver(c)
        if driver is None:
            return c.execute(self._statement, values).rowcount
        plan = self._plan or self._planned(c)
        try:
            return int(driver.execute(plan.sql, plan.arguments(values)).rowcount)
        except _TROUBLE:
            return c.execute(self._statement, values).rowcount

    def run_each(self, c: Connection, several: Sequence[dict[str, Any]]) -> None:
        """Once for each of the sets of values."""
        if several and _driver(c) is None:
            c.execute(self._statement, several)
            return
        for values in several:
            self.run(c, **values)

    def _planned(self, c: Connection) -> _Plan:
        """The plan, from now on."""
        assert isinstance(self._statement, ClauseElement)
        self._plan = _plan(self._statement, c.dialect)
        return self._plan


class PreparedList:
    """A statement about several values, prepared for every length in powers of two."""

    def __init__(self, build: Callable[[list[BindParameter[Any]]], Executable]) -> None:
        """`build` puts the statement together for so many parameters, which it uses with `in_`."""
        self._build = build
        self._by_size: dict[int, Prepared] = {}

    def rows(self, c: Connection, wanted: Sequence[Any], **values: Any) -> Sequence[Any]:
        """Every row; of no values there are none."""
        return self._sized(wanted).rows(c, **values, **_padded(wanted)) if wanted else []

    def run(self, c: Connection, wanted: Sequence[Any], **values: Any) -> int:
        """For a statement that returns no rows: how many it changed."""
        return self._sized(wanted).run(c, **values, **_padded(wanted)) if wanted else 0

    def _sized(self, wanted: Sequence[Any]) -> Prepared:
        size = _size(wanted)
        if size not in self._by_size:
            self._by_size[size] = Prepared(self._build([bindparam(f"in_{n}") for n in range(size)]))
        return self._by_size[size]


def inserting(table: Table, names: Iterable[str]) -> Prepared:
    """Adds a row with these columns, the parameters being named as they are."""
    return Prepared(insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names}))


def updating(table: Table, key: Column[Any], names: Iterable[str]) -> Prepared:
    """Sets these columns, the parameters being named as they are, where `key` is the parameter `of`."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return Prepared(update(table).where(key == bindparam("of", type_=key.type)).values(values))


def _size(wanted: Sequence[Any]) -> int:
    """The power of two that is not less than their count."""
    return 1 << (len(wanted) - 1).bit_length()


def _padded(wanted: Sequence[Any]) -> dict[str, Any]:
    """The values as parameters, the last one once more for every place that is left."""
    padded = [*wanted, *[wanted[-1]] * (_size(wanted) - len(wanted))]
    return {f"in_{n}": value for n, value in enumerate(padded)}


def _driver(c: Connection) -> Any:
    """SQLite's own connection, within the transaction; None where statements have to go SQLAlchemy's way."""
    if c.dialect.name != "sqlite" or c.engine.dispatch.before_cursor_execute:
        return None
    if not c.in_transaction():
        c.begin()
    return c.connection.dbapi_connection


def _plan(statement: ClauseElement, dialect: Dialect) -> _Plan:
    compiled: Any = statement.compile(dialect=dialect)
    binds = [compiled.binds[name] for name in compiled.positiontup]
    columns = list(getattr(statement, "exported_columns", ()))
    readers = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
    row: Any = namedtuple("Row", [str(each.key) for each in columns], rename=True)  # type: ignore[misc]
    return _Plan(
        sql=str(compiled),
        inputs=tuple(
            (name, bind.effective_value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name, bind in zip(compiled.positiontup, binds, strict=True)
        ),
        row=partial(tuple.__new__, row),
        outputs=tuple((place, reader) for place, reader in enumerate(readers) if reader is not None),
    )
