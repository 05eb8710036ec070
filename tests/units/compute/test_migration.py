"""The migration makes the tables that the store works with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Inspector, inspect

from haneul import migrations
from haneul.kit.db import Database
from haneul.services.compute import METADATA


def test_the_migration_makes_the_stores_tables(tmp_path: Path) -> None:
    migrated, made = Database(f"sqlite:///{tmp_path}/migrated.db"), Database("sqlite://")
    migrations.upgrade(migrated)
    METADATA.create_all(made.engine)

    found, wanted = inspect(migrated.engine), inspect(made.engine)

    for table in METADATA.tables:
        assert _described(found, table) == _described(wanted, table), table


def test_the_migration_can_be_taken_back(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/migrated.db")
    migrations.upgrade(db)
    migrations.downgrade(db, "0005")

    assert set(inspect(db.engine).get_table_names()).isdisjoint(METADATA.tables)

    migrations.upgrade(db)
    assert set(METADATA.tables) <= set(inspect(db.engine).get_table_names())


def _described(inspector: Inspector, table: str) -> dict[str, object]:
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], column["primary_key"])
        for column in inspector.get_columns(table)
    }
    indexes = {index["name"]: tuple(index["column_names"]) for index in inspector.get_indexes(table)}
    unique = {tuple(each["column_names"]) for each in inspector.get_unique_constraints(table)}
    foreign = {(tuple(key["constrained_columns"]), key["referred_table"]) for key in inspector.get_foreign_keys(table)}
    return {"columns": columns, "indexes": indexes, "unique": unique, "foreign": foreign}
