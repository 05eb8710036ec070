"""Connections and transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import StaticPool

from haneul.kit.errors import Unavailable

_FULL = "database or disk is full"
"""SQLITE_FULL in words."""


class _Current(threading.local):
    """The transaction that this thread has open."""

    connection: Connection | None = None
    after_commit: list[Callable[[], None]]
    is_write = False


class Database:
    """Many readers, one writer at a time.

    On SQLite every write transaction holds one lock in this process and begins IMMEDIATE: its WAL mode may not
    be written by two connections at once (docs/decisions/0003-sqlite.md). A transaction opened inside another of
    the same thread joins it, so that a verb of one service may call a verb of another in one transaction.
    """

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's: sqlite:////path/to/file, sqlite:// (in memory), or postgresql+psycopg://..."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _open_sqlite(url) if self.is_sqlite else create_engine(url, pool_size=8)
        self._writing: threading.RLock | AbstractContextManager[None]
        self._writing = threading.RLock() if self.is_sqlite else nullcontext()
        self._current = _Current()
        self._guards: list[Callable[[Connection], None]] = []

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state; inside `write`, that transaction itself."""
        if self._current.connection is not None:
            yield self._current.connection
            return
        in_memory = self.engine.pool.__class__ is StaticPool
        with self._writing if in_memory else nullcontext(), self.engine.connect() as connection:
            self._current.connection = connection
            try:
                yield connection
            finally:
                self._current.connection = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the outermost block ends, rolled back when it raises."""
        if self._current.connection is not None:
            if not self._current.is_write:
                raise RuntimeError("a write transaction was asked for inside a read: open the write outside")
            yield self._current.connection
            return
        callbacks: list[Callable[[], None]] = []
        with self._writing, self.engine.connect() as connection:
            connection.info["immediate"] = True
            self._current.connection, self._current.is_write = connection, True
            self._current.after_commit = callbacks
            try:
                with connection.begin():
                    yield connection
                    for guard in self._guards:
                        guard(connection)
            finally:
                connection.info["immediate"] = False
                self._current.connection, self._current.is_write = None, False
        for callback in callbacks:
            callback()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call it once the surrounding write is committed; at once when there is none."""
        if self._current.is_write:
            self._current.after_commit.append(callback)
        else:
            callback()

    def guard(self, check: Callable[[Connection], None]) -> None:
        """Call it with every write transaction before its commit: what it raises undoes the transaction."""
        self._guards.append(check)

    def close(self) -> None:
        self.engine.dispose()


def _open_sqlite(url: str) -> Engine:
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
        cursor.execute("PRAGMA synchronous=FULL")
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("immediate") else "BEGIN")

    return engine
