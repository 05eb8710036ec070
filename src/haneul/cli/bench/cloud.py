"""A control plane with fake hosts, started to be measured."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from haneul.cli.bench.figures import Figure
from haneul.cli.machine.processes import find_process
from haneul.cli.trouble import TroubleError

HOSTS = 100
_START_S = 60.0
# Servers close a connection on which nothing was asked for some seconds; one that rested is opened anew.
_REST_S = 2.0
_LOOK_S, _IDLE_SHARE = 0.5, 0.1
"""It is idle when it takes less than this share of a CPU for so long."""


class BenchCloud:
    """One control plane process, and a connection to it for each thread that asks."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._password = secrets.token_urlsafe(12)
        self._port = _free_port()
        self._start_s = 0.0
        self._connections = threading.local()
        self.token = ""

    @property
    def _connection(self) -> http.client.HTTPConnection:
        """This thread's own, kept open while it is used."""
        mine = self._connections
        if not hasattr(mine, "one"):
            mine.one = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        elif time.monotonic() > mine.used + _REST_S:
            mine.one.close()
        mine.used = time.monotonic()
        return cast("http.client.HTTPConnection", mine.one)

    def __enter__(self) -> BenchCloud:
        keys = self._state / "keys"
        keys.mkdir(mode=0o700)
        (keys / "admin-password").write_text(self._password)
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stop()

    @contextmanager
    def database_at_rest(self) -> Iterator[sqlite3.Connection]:
        """The database while the control plane is down, for one transaction; then it is up again, and idle."""
        self._stop()
        database = sqlite3.connect(self._state / "haneul.db")
        with closing(database), database:
            yield database
        self._start()
        self._settle()

    def _settle(self) -> None:
        """Wait until it has looked at what it found."""
        before = self.cpu_s()
        while True:
            time.sleep(_LOOK_S)
            now = self.cpu_s()
            if now - before < _LOOK_S * _IDLE_SHARE:
                return
            before = now

    def _start(self) -> None:
        settings = {
            "HANEUL_PORT": str(self._port),
            "HANEUL_NETWORK_DRIVER": "fake",
            "HANEUL_COMPUTE_DRIVER": "fake",
            "HANEUL_FAKE_HOSTS": str(HOSTS),
            "HANEUL_LOG_LEVEL": "error",
        }
        began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "haneul", "serve", "--state", str(self._state)], env=os.environ | settings
        )
        self._await_first_answer(began)
        self.sign_in()

    def _stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _await_first_answer(self, began: float) -> None:
        while time.monotonic() < began + _START_S:
            try:
                connection = self._connection
                connection.request("GET", "/identity/v3")
                connection.getresponse().read()
            except OSError:
                connection.close()
                if self._process.poll() is not None:
                    break
                time.sleep(0.01)
                continue
            self._start_s = self._start_s or time.monotonic() - began
            return
        raise TroubleError("The control plane to be measured did not start; what it said stands above.")

    def sign_in(self) -> None:
        """Ask for a token and keep it."""
        domain = {"id": "default"}
        user = {"name": "admin", "domain": domain, "password": self._password}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "admin", "domain": domain}}
        body = {"auth": {"identity": identity, "scope": scope}}
        headers, _ = self.ask("POST", "/identity/v3/auth/tokens", body, expect=201)
        self.token = headers["x-subject-token"]

    def ask(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, headers: dict[str, str] | None = None
    ) -> tuple[dict[str, str], Any]:
        """One request; its headers and decoded body. Raises TroubleError unless the status is the expected one."""
        sent = {"X-Auth-Token": self.token, "Content-Type": "application/json"} | (headers or {})
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection = self._connection
        connection.request(method, path, content, sent)
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != expect:
            raise TroubleError(f"{method} {path} answered {reply.status} instead of {expect}: {text[:300]!r}")
        is_json = text and reply.headers.get("content-type", "").startswith("application/json")
        return {k.lower(): v for k, v in reply.headers.items()}, json.loads(text) if is_json else None

    def cpu_s(self) -> float:
        """CPU time that the control plane has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own, for what is streamed; large blocks, as clients of image stores send them."""
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=600, blocksize=1 << 20)

    def forget_peak(self) -> None:
        """`peak_mib` counts from here on."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """The most resident memory since `forget_peak`."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def memory_mib(self) -> float:
        process = find_process(self._process.pid)
        return process.memory_mib if process else 0.0

    def figures(self) -> list[Figure]:
        return [
            Figure("control plane: start to first answer", self._start_s, "s", 2),
            Figure("control plane: memory, idle", self.memory_mib(), "MiB", 200),
        ]

    def memory_after(self) -> list[Figure]:
        return [Figure("control plane: memory, after all of this", self.memory_mib(), "MiB", 200)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
