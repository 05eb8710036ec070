"""A TCP connection between two stations over which bytes flow all the time."""

from __future__ import annotations

import socket
import threading
import time

from haneul.agent.metadata.namespaces import inside
from tests.lab.stations import Station


class Stream:
    """Open inside `with`; what was received, and how long it paused, can be read at any time."""

    def __init__(self, client: Station, server: Station, address: str, port: int) -> None:
        self.received = 0
        self.longest_pause_s = 0.0
        self.failure = ""
        self._ends = (client, server, address, port)
        self._is_over = threading.Event()
        self._last = 0.0

    @property
    def silent_s(self) -> float:
        """For how long nothing has come."""
        return time.monotonic() - self._last

    def __enter__(self) -> Stream:
        client, server, address, port = self._ends
        listener = inside(server.path, lambda: socket.create_server(("0.0.0.0", port)))
        self._client = inside(client.path, lambda: socket.create_connection((address, port), 10))
        self._server, _ = listener.accept()
        listener.close()
        self._last = time.monotonic()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()

    def _send(self) -> None:
        while not self._is_over.wait(0.01):
            try:
                self._client.sendall(b"x")
            except OSError as error:
                self.failure = str(error)
                return

    def _receive(self) -> None:
        self._server.settimeout(0.5)
        while not self._is_over.is_set():
            try:
                self.received += len(self._server.recv(1000))
            except TimeoutError:
                continue
            self.longest_pause_s = max(self.longest_pause_s, self.silent_s)
            self._last = time.monotonic()
