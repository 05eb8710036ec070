"""The database that tests run on: SQLite, or the one that HANEUL_TEST_DATABASE names (its tables are dropped)."""

from __future__ import annotations

import os

from sqlalchemy import MetaData

from haneul.kit.db import Database


def fresh(*metadata: MetaData, url: str = "sqlite://") -> Database:
    """An empty database with these tables; `url` counts unless the environment names another."""
    db = Database(os.environ.get("HANEUL_TEST_DATABASE", url))
    for tables in metadata:
        if not db.is_sqlite:
            tables.drop_all(db.engine)
        tables.create_all(db.engine)
    return db
