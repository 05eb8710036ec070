"""Connections and transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import StaticPool

from haneul.kit.db.postgres import consistent_reads, open_postgres
from haneul.kit.db.resting import Resting
from haneul.kit.db.sqlite import open_sqlite
from haneul.kit.db.syncing import Syncing
from haneul.kit.errors import Invalid

_Connect = Callable[[], AbstractContextManager[Connection]]


class _Current(threading.local):
    """The transaction that this thread has open."""

    connection: Connection | None = None
    after_commit: list[Callable[[], None]]
    is_write = False
    is_lasting = False


class Database:
    """Many readers, one writer at a time.

    On SQLite every write transaction holds one lock in this process and begins IMMEDIATE: its WAL mode may not
    be written by two connections at once (docs/decisions/0003-sqlite.md). On PostgreSQL it holds an advisory lock,
    so that writers take turns across all processes too (docs/decisions/0020-postgresql.md): what a verb has
    looked at is still so when it writes. On SQLite the disk is waited for outside of the lock, by all who wait at
    once together. A transaction opened inside another of the same thread joins it, so that a
    verb of one service may call a verb of another in one transaction.
    """

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's: sqlite:////path/to/file, sqlite:// (in memory), or postgresql+psycopg://..."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = open_sqlite(url) if self.is_sqlite else open_postgres(url)
        event.listen(self.engine, "handle_error", _refuse_giants)
        self._resting = Resting(self.engine) if self.is_sqlite else None
        self._connect: _Connect = self._resting.lend if self._resting else self.engine.connect
        self._connect_to_read: _Connect = self._resting.lend if self._resting else consistent_reads(self.engine).connect
        self._is_in_memory = self.engine.pool.__class__ is StaticPool
        self._writing: threading.RLock | AbstractContextManager[None]
        self._writing = threading.RLock() if self.is_sqlite else nullcontext()
        self._syncing = _syncing(self.engine.url.database) if self.is_sqlite else None
        self._current = _Current()
        self._guards: list[Callable[[Connection], None]] = []

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one consistent state; inside `write`, that transaction itself."""
        joined = self._current.connection
        return self._begin_reading() if joined is None else nullcontext(joined)

    @contextmanager
    def _begin_reading(self) -> Iterator[Connection]:
        with self._writing if self._is_in_memory else nullcontext(), self._connect_to_read() as connection:
            self._current.connection = connection
            try:
                yield connection
            finally:
                self._current.connection = None

    def write(self, *, is_lasting: bool = True) -> AbstractContextManager[Connection]:
        """A transaction: committed when the outermost block ends, rolled back when it raises.

        Once the block has ended, what was written survives a power cut. One that is not `is_lasting` does so from
        the next one on that is: for what may be done again.
        """
        joined = self._current.connection
        if joined is None:
            return self._begin_writing(is_lasting)
        if not self._current.is_write:
            raise RuntimeError("a write transaction was asked for inside a read: open the write outside")
        self._current.is_lasting |= is_lasting
        return nullcontext(joined)

    @contextmanager
    def _begin_writing(self, is_lasting: bool) -> Iterator[Connection]:
        callbacks: list[Callable[[], None]] = []
        with self._writing, self._connect() as connection:
            connection.info["immediate"] = True
            self._current.connection, self._current.is_write = connection, True
            self._current.after_commit, self._current.is_lasting = callbacks, is_lasting
            try:
                with connection.begin():
                    yield connection
                    for guard in self._guards:
                        guard(connection)
                number = self._syncing.committed() if self._syncing and self._current.is_lasting else None
            finally:
                connection.info["immediate"] = False
                self._current.connection, self._current.is_write = None, False
        # Whoever is called need not wait for the disk: what they write is lasting only together with this.
        for callback in callbacks:
            callback()
        if self._syncing and number is not None:
            self._syncing.wait(number)

    @contextmanager
    def attempt(self, c: Connection) -> Iterator[None]:
        """One statement that may be refused, and leaves the transaction around it as it was.

        SQLite takes back a single statement by itself, PostgreSQL needs a savepoint.
        """
        with nullcontext() if self.is_sqlite else c.begin_nested():
            yield

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
        if self._resting:
            self._resting.close()
        self.engine.dispose()


def _syncing(file: str | None) -> Syncing | None:
    """None for a database in memory."""
    return Syncing(Path(file)) if file else None


def _refuse_giants(context: ExceptionContext) -> None:
    """A number that no column can hold came from outside: it is compared with or written nowhere."""
    if type(context.original_exception).__name__ in ("OverflowError", "NumericValueOutOfRange"):
        raise Invalid("request.number_too_large", "A number of the request is larger than can be kept: send a smaller.")
