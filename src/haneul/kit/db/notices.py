"""What processes that share a database tell each other: topics, without content."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg

from haneul.kit.db.database import Database

log = logging.getLogger(__name__)

_CHANNEL = "haneul"
_PATIENCE_S = 5.0
_PAUSE_S = 1.0


class Notices:
    """Topics that are posted with a transaction and heard once it is committed, in every process.

    On SQLite there is one process, and what is posted is heard in it. On PostgreSQL a topic travels by NOTIFY;
    one that is posted while a process is cut off is lost to it, so whoever listens also looks from time to time.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def on(self, topic: str, listener: Callable[[], None]) -> None:
        """Call it, from any thread, after the topic was posted; quick and without raising."""
        self._listeners.setdefault(topic, []).append(listener)

    def post(self, topic: str) -> None:
        """Joins the caller's transaction; outside of one it is told at once."""
        if not self._db.is_sqlite and self._thread is not None:
            with self._db.write() as connection:
                connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (_CHANNEL, topic))
        self._db.after_commit(lambda: self._hear(topic))

    def start(self) -> None:
        """Hear other processes too."""
        if not self._db.is_sqlite:
            self._thread = threading.Thread(target=self._listen, name="notices", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _hear(self, topic: str) -> None:
        for listener in self._listeners.get(topic, ()):
            listener()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen_once()
            except psycopg.Error as error:
                log.warning("Nothing is heard of other control planes for now: %s", error)
                self._stop.wait(_PAUSE_S)

    def _listen_once(self) -> None:
        """Until told to stop; raises psycopg.Error when the connection ends."""
        with psycopg.connect(self._db.driver_url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            for topic in list(self._listeners):
                self._hear(topic)
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=_PATIENCE_S):
                    self._hear(notice.payload)
