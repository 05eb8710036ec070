"""All rows of one database into another, whatever engines the two are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, select

from haneul.kit.db.database import Database
from haneul.kit.errors import Conflict

_AT_ONCE = 1000
"""So many rows are in memory at a time."""
_HISTORY = "alembic_version"
"""Says at which revision a database is: each has its own."""


def copy_rows(source: Database, target: Database, seeded: Collection[str] = ()) -> dict[str, int]:
    """Every row of `source` into the same tables of `target`, all in one transaction; how many by table.

    What is written to `source` meanwhile is not copied. Raises Conflict `database.not_empty` when the target has
    rows of its own; those of the tables `seeded`, which every new database has, give way.
    """
    theirs, ours = _tables(source), _tables(target)
    copied: dict[str, int] = {}
    with source.read() as reading, target.write() as writing:
        for table in ours:
            if table.name in seeded:
                writing.execute(delete(table))
            elif writing.execute(select(table).limit(1)).first() is not None:
                message = f"The table {table.name} has rows already. Name a database that nothing has been written to"
                raise Conflict("database.not_empty", message)
        with _keys_checked_at_the_end(target, writing, ours):
            by_name = {table.name: table for table in theirs}
            for table in ours:
                copied[table.name] = _copy(reading, by_name[table.name], writing, table)
        for table in ours:
            _check_count(writing, table, copied[table.name])
    return copied


def _tables(db: Database) -> list[Table]:
    found = MetaData()
    found.reflect(db.engine)
    return [table for name, table in sorted(found.tables.items()) if name != _HISTORY]


def _copy(reading: Connection, source: Table, writing: Connection, target: Table) -> int:
    names = [column.name for column in target.columns]
    rows = reading.execution_options(yield_per=_AT_ONCE).execute(select(*(source.c[name] for name in names)))
    count = 0
    for some in rows.mappings().partitions():
        values: list[dict[str, Any]] = [dict(row) for row in some]
        writing.execute(target.insert(), values)
        count += len(values)
    return count


def _check_count(writing: Connection, table: Table, wanted: int) -> None:
    found = writing.execute(select(func.count()).select_from(table)).scalar_one()
    if found != wanted:
        raise RuntimeError(f"{table.name} has {found} rows after {wanted} were copied into it")


@contextmanager
def _keys_checked_at_the_end(db: Database, writing: Connection, tables: list[Table]) -> Iterator[None]:
    """Foreign keys may point to rows that come later; all of them hold at the end."""
    if db.is_sqlite:
        writing.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    keys = [(table.name, key.name) for table in tables for key in table.foreign_key_constraints]
    for table_name, key_name in keys:
        writing.exec_driver_sql(
            f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{key_name}" DEFERRABLE INITIALLY DEFERRED'
        )
    yield
    writing.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table_name, key_name in keys:
        writing.exec_driver_sql(f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{key_name}" NOT DEFERRABLE')
