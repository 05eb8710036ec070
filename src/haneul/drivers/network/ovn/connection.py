"""Connections to OVN's databases, opened when first needed and again whenever they were lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ovsdbapp.backend.ovs_idl import command, connection, idlutils
from ovsdbapp.backend.ovs_idl.event import RowEvent, RowEventHandler
from ovsdbapp.backend.ovs_idl.transaction import Transaction
from ovsdbapp.exceptions import TimeoutException

from haneul.drivers.network.ovn.messages import read_fast
from haneul.kit.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Observer = Callable[[str, Any], None]
"""Is told of every change to a row, on the connection's own thread: create, update or delete, and the row."""
TIMEOUT_S = 10
SILENCE_S = 5
"""A database that did not answer in time is not asked again for so long: of many callers only one waits."""
PROBE_MS = 60_000


class _Replica(connection.OvsdbIdl):  # type: ignore[misc]
    """The in-memory replica of one database, which tells of changes to rows and of every fresh connection."""

    def __init__(self, remote: str, helper: Any, renewed: Callable[[], None], observer: Observer) -> None:
        self._observer = observer
        self.watched: set[str] = set()
        super().__init__(remote, helper)
        self.handler = RowEventHandler()
        self._renewed = renewed
        self._connected_as = -1

    def watch(self, row_event: RowEvent) -> None:
        self.watched.add(row_event.table)
        self.handler.watch_event(row_event)

    def cooperative_yield(self) -> None:
        """Threads take turns by themselves: no pause for every row."""

    def notify(self, change: str, row: Any, updates: Any = None) -> None:
        self._observer(change, row)
        if row._table.name in self.watched:  # Telling an event handler costs a copy of the row.
            self.handler.notify(change, row, updates)

    def run(self) -> bool:
        changed: bool = super().run()
        number = self._session.get_seqno()
        if changed and number != self._connected_as and self._session.is_connected():
            self._connected_as = number
            self._renewed()
        return changed


class _GivenUpError(Exception):
    """Ends a transaction that was only thought of."""

    def __init__(self, result: Any) -> None:
        super().__init__("a rehearsal")
        self.result = result


class _Call(command.BaseCommand):  # type: ignore[misc]
    """A function that is run on the replica inside a transaction, on the connection's own thread."""

    def __init__(self, backend: Any, work: Callable[[Any, Any], Any]) -> None:
        super().__init__(backend)
        self._work = work

    def run_idl(self, txn: Any) -> None:
        self.result = self._work(self.api.idl, txn)


class _Backend:
    """What ovsdbapp's commands and transactions want to know of their connection."""

    def __init__(self, conn: Any) -> None:
        self.ovsdb_connection = conn
        self.idl = conn.idl
        self.tables = conn.idl.tables


class OvnDatabase:
    """One of OVN's databases: read from the replica, written in transactions."""

    def __init__(
        self,
        remote: str,
        schema: str,
        renewed: Callable[[], None] = lambda: None,
        observer: Observer = lambda _change, _row: None,
        columns: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """`columns` are those that the replica has, by table; None: all."""
        self._observer = observer
        self._columns = columns
        self._remote = remote
        self._schema = schema
        self._renewed = renewed
        self._lock = threading.Lock()
        self._backend: _Backend | None = None
        self._events: list[RowEvent] = []
        self._silent_until = 0.0

    def write(self, work: Callable[[Any, Any], T]) -> T:
        """`work(idl, txn)` in one transaction: all of it happens or none.

        Raises Unavailable `network.unreachable` when the database does not answer, Conflict `network.refused` when
        it does not take the change.
        """
        if time.monotonic() < self._silent_until:
            raise self._unreachable("did not answer a moment ago")
        backend = self._open()
        txn = Transaction(backend, backend.ovsdb_connection, timeout=TIMEOUT_S, check_error=True, log_errors=False)
        call = txn.add(_Call(backend, work))
        try:
            txn.commit()
        except TimeoutException as error:
            self._silent_until = time.monotonic() + SILENCE_S
            raise self._unreachable("did not answer in time") from error
        except OSError as error:
            raise self._unreachable(str(error)) from error
        except (RuntimeError, ValueError, KeyError) as error:
            if "timed out" in str(error):
                self._silent_until = time.monotonic() + SILENCE_S
                raise self._unreachable("did not answer in time") from error
            raise Conflict("network.refused", f"OVN refused a change: {error}") from error
        result: T = call.result
        return result

    def rehearse(self, work: Callable[[Any, Any], T]) -> T:
        """What `work` answers in a transaction that is given up: nothing happens. Raises as `write`."""

        def give_up(idl: Any, txn: Any) -> None:
            raise _GivenUpError(work(idl, txn))

        try:
            self.write(give_up)
        except _GivenUpError as given_up:
            result: T = given_up.result
            return result
        raise AssertionError("a transaction that was given up has ended well")

    def read(self, work: Callable[[Any], T]) -> T:
        """`work(idl)` while the replica stands still."""
        backend = self._open()
        with backend.ovsdb_connection.lock:
            return work(backend.idl)

    def watch(self, row_event: RowEvent) -> None:
        """Tell of changes to rows from now on, over every connection."""
        self._events.append(row_event)
        if self._backend is not None:
            self._backend.idl.watch(row_event)

    def close(self) -> None:
        with self._lock:
            if self._backend is not None:
                self._backend.ovsdb_connection.stop()
                self._backend = None

    def _open(self) -> _Backend:
        with self._lock:
            if self._backend is None:
                self._backend = self._connect()
            return self._backend

    def _connect(self) -> _Backend:
        try:
            read_fast()
            helper = idlutils.get_schema_helper(self._remote, self._schema)
            self._register(helper)
            replica = _Replica(self._remote, helper, self._renewed, self._observer)
            replica._session.reconnect.set_probe_interval(PROBE_MS)
            for row_event in self._events:
                replica.watch(row_event)
            conn = connection.Connection(replica, timeout=TIMEOUT_S)
            conn.start()
        except Exception as error:
            raise self._unreachable(str(error)) from error
        return _Backend(conn)

    def _register(self, helper: Any) -> None:
        if self._columns is None:
            helper.register_all()
            return
        for table, columns in self._columns.items():
            helper.register_columns(table, list(columns))

    def _unreachable(self, why: str) -> Unavailable:
        return Unavailable(
            "network.unreachable",
            f"OVN's database {self._schema} at {self._remote} cannot be used: {why}. See `haneul doctor`.",
        )
