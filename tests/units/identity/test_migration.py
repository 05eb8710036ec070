"""The migration makes the tables that the store works with."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from haneul import migrations
from haneul.kit.db import Database
from haneul.services.identity import METADATA


def test_the_migration_makes_the_tables_of_the_store() -> None:
    db = Database("sqlite://")
    migrations.ensure_newest(db)
    with db.read() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, METADATA)
    mine = [each for each in differences if _table(each) in METADATA.tables]
    assert mine == []


def _table(difference: object) -> str:
    """The table that one of Alembic's differences speaks of."""
    if isinstance(difference, list):
        return str(difference[0][2])
    thing = difference[1]  # type: ignore[index]
    return str(getattr(getattr(thing, "table", thing), "name", ""))
