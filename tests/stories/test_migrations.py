"""The database's history leads to the tables that the stores work with, on every engine, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect

from haneul import migrations
from haneul.kit import audit, workflow
from haneul.kit.db import Database
from haneul.services import compute, identity, image, network, placement, volume
from tests import databases

SERVICES = (workflow, audit, identity, image, placement, network, volume, compute)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(databases.url_of(tmp_path) or f"sqlite:///{tmp_path}/haneul.db")
    yield db
    db.close()


def tables_of_all() -> MetaData:
    together = MetaData()
    for service in SERVICES:
        for table in service.METADATA.tables.values():
            table.to_metadata(together)
    return together


def tables_in(db: Database) -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_migrations_make_the_tables_of_the_stores(db: Database) -> None:
    assert migrations.ensure_newest(db)

    with db.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables_of_all()) == []
    assert not migrations.ensure_newest(db)


def test_migrations_lead_up_down_and_up_again(db: Database) -> None:
    migrations.upgrade(db)
    everything = tables_in(db)

    migrations.downgrade(db)
    assert tables_in(db) == set()

    migrations.upgrade(db)
    assert tables_in(db) == everything
