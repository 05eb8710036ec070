"""Connections to SQLite that rest between two transactions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

_MOST = 8
"""So many may rest; each keeps up to 16 MB of the database's pages in memory."""


class Resting:
    """Lends connections as they are, of those that rest the last one first: it knows most pages.

    To have SQLAlchemy's pool make one ready each time costs more than what most transactions read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._resting: deque[Connection] = deque()

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """For one transaction: what is not committed at the end is undone."""
        try:
            connection = self._resting.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            yield connection
        finally:
            self._take_back(connection)

    def _take_back(self, connection: Connection) -> None:
        if connection.in_transaction():
            connection.rollback()
        if len(self._resting) < _MOST:
            self._resting.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        while self._resting:
            self._resting.pop().close()
