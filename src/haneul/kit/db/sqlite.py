"""Connections to SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import StaticPool

from haneul.kit.errors import Unavailable

_FULL = "database or disk is full"
"""SQLITE_FULL in words."""


def open_sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite://").lstrip("/")
    options: dict[str, Any] = {} if path else {"poolclass": StaticPool}
    if path:
        file = Path("/" + path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, **options)

    @event.listens_for(engine, "connect")
    def set_up(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # No sync with each commit: `Syncing` waits for the disk, for several commits at once.
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA case_sensitive_like=ON")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.close()

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, sqlite3.Error) and _FULL in str(context.original_exception):
            message = f"Free space on the disk that {engine.url.database} is on, then ask again: it is full"
            raise Unavailable("database.full", message)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        if not connection.info.get("immediate"):
            # Locks nothing and reads nothing yet, so that it cannot fail: past all that explains failures.
            raw.execute("BEGIN")
            return
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:  # It is asked once more the long way, where failures are explained.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
