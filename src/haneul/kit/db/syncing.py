"""Commits of several threads that reach the disk together."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from haneul.kit.errors import Unavailable


class Syncing:
    """Makes SQLite's write-ahead log lasting: one sync for all who have committed since the last one began.

    The log is written in the order of the commits, so whatever is lasting, everything before it is too.
    """

    def __init__(self, database: Path) -> None:
        self._log = database.with_name(database.name + "-wal")
        self._turn = threading.Condition()
        self._committed = 0
        self._lasting = 0
        self._is_syncing = False

    def committed(self) -> int:
        """The number of a commit that was just made; told while nobody else may write."""
        with self._turn:
            self._committed += 1
            return self._committed

    def wait(self, number: int) -> None:
        """Until the commit of that number would survive a power cut. Raises Unavailable `database.not_lasting`."""
        while (upto := self._my_turn(number)) is not None:
            is_done = False
            try:
                _sync(self._log)
                is_done = True
            finally:
                self._end_turn(upto if is_done else 0)

    def _my_turn(self, number: int) -> int | None:
        """Up to which commit this thread shall sync; None once its own is lasting."""
        with self._turn:
            self._turn.wait_for(lambda: self._lasting >= number or not self._is_syncing)
            if self._lasting >= number:
                return None
            self._is_syncing = True
            return self._committed

    def _end_turn(self, lasting: int) -> None:
        with self._turn:
            self._is_syncing = False
            self._lasting = max(self._lasting, lasting)
            self._turn.notify_all()


def _sync(log: Path) -> None:
    try:
        opened = os.open(log, os.O_RDONLY)
        try:
            os.fdatasync(opened)
        finally:
            os.close(opened)
    except FileNotFoundError:
        return  # The last connection has moved the log into the database, and synced that.
    except OSError as error:
        message = f"What was asked is written, but the disk of {log} does not keep it ({error.strerror}): replace it"
        raise Unavailable("database.not_lasting", message) from error
