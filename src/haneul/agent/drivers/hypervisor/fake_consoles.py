"""Consoles of guests that are only remembered: they greet, then say again what they hear."""

from __future__ import annotations

import contextlib
import socket
import threading

_GREETINGS = {"vnc": b"RFB 003.008\n", "serial": b"login: "}
_PIECE_BYTES = 4096


class FakeConsole:
    """A port on the loopback at which one console answers, until it is closed."""

    def __init__(self, kind: str) -> None:
        self._greeting = _GREETINGS[kind]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._callers: set[socket.socket] = set()
        threading.Thread(target=self._serve, name=f"fake-{kind}", daemon=True).start()

    @property
    def address(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"{host}:{port}"

    def close(self) -> None:
        """The guest is off: whoever listens hears the end."""
        for each in (self._listener, *self._callers):
            with contextlib.suppress(OSError):  # it is closed, or nobody is there
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self._callers.add(caller)
                threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller:
            caller.sendall(self._greeting)
            while data := caller.recv(_PIECE_BYTES):
                caller.sendall(data)


KINDS = tuple(_GREETINGS)
