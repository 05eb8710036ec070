"""The connection to libvirt, which is found again whenever it is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import libvirt

from haneul.kit.errors import Unavailable

log = logging.getLogger(__name__)

_RETRY_S = 1.0
_KEEPALIVE_S, _KEEPALIVE_TRIES = 5, 3
_LOST = frozenset(
    {
        libvirt.VIR_ERR_NO_CONNECT,
        libvirt.VIR_ERR_INVALID_CONN,
        libvirt.VIR_ERR_SYSTEM_ERROR,
        libvirt.VIR_ERR_RPC,
        libvirt.VIR_ERR_AUTH_FAILED,
    }
)


class Connection:
    """`changed` is called with a domain's UUID when its power changed, `found` after each new connection.

    Both are called in threads of this class.
    """

    def __init__(self, uri: str, changed: Callable[[str], None], found: Callable[[], None]) -> None:
        self._uri = uri
        self._changed = changed
        self._found = found
        self._lock = threading.Lock()
        self._connection: Any = None
        self._is_lost = threading.Event()
        self._is_closed = False
        _start_events()
        self._is_lost.set()
        self._keeper = threading.Thread(target=self._keep, name="libvirt-keeper", daemon=True)
        self._keeper.start()

    @contextmanager
    def open(self) -> Iterator[Any]:
        """The connection, for a few calls. Raises Unavailable("hypervisor.away" or "hypervisor.failed")."""
        try:
            yield self._get()
        except libvirt.libvirtError as error:
            message = str(error.get_error_message() or error)
            if error.get_error_code() in _LOST or not self._is_alive():
                self._lose()
                text = f"Look whether libvirt runs on the host: {self._uri} does not answer ({message})"
                raise Unavailable("hypervisor.away", text) from error
            raise Unavailable("hypervisor.failed", f"libvirt on the host says: {message}") from error

    def close(self) -> None:
        self._is_closed = True
        self._is_lost.set()
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)

    def _get(self) -> Any:
        with self._lock:
            if self._connection is None:
                self._connection = self._dial()
            return self._connection

    def _dial(self) -> Any:
        connection = libvirt.open(self._uri)
        connection.setKeepAlive(_KEEPALIVE_S, _KEEPALIVE_TRIES)
        connection.registerCloseCallback(self._on_close, None)
        connection.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._on_lifecycle, None)
        return connection

    def _is_alive(self) -> bool:
        with self._lock:
            try:
                return self._connection is not None and bool(self._connection.isAlive())
            except libvirt.libvirtError:
                return False

    def _lose(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)
        self._is_lost.set()

    def _keep(self) -> None:
        """Dial until somebody answers, then wait until the connection is lost again."""
        while True:
            self._is_lost.wait()
            if self._is_closed:
                return
            try:
                self._get()
            except libvirt.libvirtError as error:
                log.warning("libvirt does not answer at %s: %s", self._uri, error)
                threading.Event().wait(_RETRY_S)
                continue
            self._is_lost.clear()
            log.info("connected to libvirt at %s", self._uri)
            self._found()

    def _on_close(self, connection: Any, reason: int, opaque: Any) -> None:
        if not self._is_closed:
            threading.Thread(target=self._lose, name="libvirt-lost").start()

    def _on_lifecycle(self, connection: Any, domain: Any, event: int, detail: int, opaque: Any) -> None:
        self._changed(domain.UUIDString())


def _close(connection: Any) -> None:
    try:
        connection.close()
    except libvirt.libvirtError as error:
        log.debug("closing a lost connection: %s", error)


_events_lock = threading.Lock()
_events_thread: list[threading.Thread] = []


def _start_events() -> None:
    """libvirt's own event loop, one for the whole process and before its first connection."""
    with _events_lock:
        if _events_thread:
            return
        libvirt.virEventRegisterDefaultImpl()
        libvirt.registerErrorHandler(_be_quiet, None)
        thread = threading.Thread(target=_run_events, name="libvirt-events", daemon=True)
        _events_thread.append(thread)
        thread.start()


def _be_quiet(context: Any, error: Any) -> None:
    """Errors are raised as exceptions; libvirt need not print them as well."""


def _run_events() -> None:
    while True:
        libvirt.virEventRunDefaultImpl()
