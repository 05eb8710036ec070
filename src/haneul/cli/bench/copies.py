"""Tables made large: copies of a row, written into the database of a control plane that is down.

Asking for 10,000 of each by the API would take minutes, and would measure nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Copying:
    """Which row is copied, and what a copy has of its own beside its id and name."""

    table: str
    new_id: Callable[[], str]
    own: Callable[[int], Row] = lambda number: {}
    """The copy's number -> columns."""
    hung_on: tuple[tuple[str, str], ...] = ()
    """Tables, and their columns that hold the id: their rows are copied along."""


def copy_row(database: sqlite3.Connection, copying: Copying, row_id: str, count: int) -> list[str]:
    """`count` copies of the row; their ids. Wherever the row holds its id or name, each copy has its own."""
    row = _rows(database, copying.table, "id", row_id)[0]
    along = [(table, _rows(database, table, column, row_id)) for table, column in copying.hung_on]
    made = []
    for number in range(count):
        copy_id = copying.new_id()
        fresh = {row_id: copy_id, row["name"]: f"copy-{copy_id}"}
        _add(database, copying.table, _renewed(row, fresh) | copying.own(number))
        for table, rows in along:
            for each in rows:
                _add(database, table, _renewed(each, fresh))
        made.append(copy_id)
    return made


def _rows(database: sqlite3.Connection, table: str, column: str, value: str) -> list[Row]:
    found = database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    names = [each[0] for each in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _renewed(row: Row, fresh: dict[str, str]) -> Row:
    renewed = {}
    for name, value in row.items():
        for old, new in fresh.items():
            value = value.replace(old, new) if isinstance(value, str) else value
        renewed[name] = value
    return renewed


def _add(database: sqlite3.Connection, table: str, row: Row) -> None:
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
