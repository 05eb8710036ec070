"""Connections and transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import StaticPool

from haneul.kit.db.postgres import consistent_reads, open_postgres
from haneul.kit.db.sqlite import open_sqlite
from haneul.kit.errors import Invalid


class _Current(threading.local):
    """The transaction that this thread has open."""

    connection: Connection | None = None
    after_commit: list[Callable[[], None]]
    is_write = False


class Database:
    """Many readers, one writer at a time.

    On SQLite every write transaction holds one lock in this process and begins IMMEDIATE: its WAL mode may not
    be written by two connections at once (docs/decisions/0003-sqlite.md). On PostgreSQL it holds an advisory lock,
    so that writers take turns across all processes too (docs/decisions/0020-postgresql.md): what a verb has
    looked at is still so when it writes. A transaction opened inside another of the same thread joins it, so that a
    verb of one service may call a verb of another in one transaction.
    """

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's: sqlite:////path/to/file, sqlite:// (in memory), or postgresql+psycopg://..."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = open_sqlite(url) if self.is_sqlite else open_postgres(url)
        event.listen(self.engine, "handle_error", _refuse_giants)
        self._reading = self.engine if self.is_sqlite else consistent_reads(self.engine)
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
        with self._writing if in_memory else nullcontext(), self._reading.connect() as connection:
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

    @property
    def driver_url(self) -> str:
        """What psycopg is told to connect by itself; on PostgreSQL."""
        return self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def close(self) -> None:
        self.engine.dispose()


def _refuse_giants(context: ExceptionContext) -> None:
    """A number that no column can hold came from outside: it is compared with or written nowhere."""
    if type(context.original_exception).__name__ in ("OverflowError", "NumericValueOutOfRange"):
        raise Invalid("request.number_too_large", "A number of the request is larger than can be kept: send a smaller.")
