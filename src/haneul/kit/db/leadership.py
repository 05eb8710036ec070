"""Which of several processes on one database does what must be done by one alone."""

from __future__ import annotations

import logging
import threading

import psycopg

from haneul.kit.db.database import Database

log = logging.getLogger(__name__)

_LEADER = 0x68616E65756D
"""The advisory lock that the leader holds for as long as its connection lives."""
_EVERY_S = 1.0


class Leadership:
    """On SQLite the only process leads; on PostgreSQL whoever holds a lock, which ends with its connection."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._leads = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if db.is_sqlite:
            self._leads.set()

    def leads(self) -> bool:
        return self._leads.is_set()

    def start(self) -> None:
        if not self._db.is_sqlite:
            self._thread = threading.Thread(target=self._stand, name="leadership", daemon=True)
            self._thread.start()

    def stop(self, grace_s: float = 5.0) -> None:
        """Another may lead once this has returned."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(grace_s)

    def _stand(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._db.driver_url, autocommit=True, connect_timeout=5) as connection:
                    self._stand_over(connection)
            except psycopg.Error as error:
                log.warning("No word on who leads for now: %s", error)
            finally:
                self._leads.clear()
            self._stop.wait(_EVERY_S)

    def _stand_over(self, connection: psycopg.Connection[tuple[bool]]) -> None:
        """Try to lead, and lead, for as long as the connection lives and nobody says stop."""
        while not self._stop.is_set():
            statement = "SELECT true" if self._leads.is_set() else f"SELECT pg_try_advisory_lock({_LEADER})"
            row = connection.execute(statement.encode()).fetchone()
            if row and row[0] and not self._leads.is_set():
                log.info("This control plane leads now: it mends what drifts")
                self._leads.set()
            self._stop.wait(_EVERY_S)
