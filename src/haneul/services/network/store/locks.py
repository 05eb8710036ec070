"""Callers that count first and write then, one after the other."""

from __future__ import annotations

from sqlalchemy import text

from haneul.kit.db import Database

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def hold(db: Database, name: str) -> None:
    """Until this transaction ends nobody else gets past the same call; on SQLite writers take turns anyway."""
    if not db.is_sqlite:
        with db.write() as connection:
            connection.execute(_HOLD, {"name": name})
