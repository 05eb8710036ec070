"""Users of the cloud in the lab, who speak HTTP themselves: for what the stock client does not let through."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from haneul.cli.rest import Credentials

GLANCE_S = 0.1
"""How long to look away between two looks at something that is to come true."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    took_s: float

    @property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None


@dataclass
class Person:
    """One user in one project; `connect` makes a connection to the cloud."""

    connect: Callable[[], socket.socket]
    credentials: Credentials
    token: str = field(default="", init=False)

    def try_to(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Whatever the cloud answers; a body of bytes goes as it is, anything else as JSON."""
        if not self.token:
            self.sign_in()
        return self._send(method, path, body, {"x-auth-token": self.token} | headers)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the cloud answers, which has to agree."""
        answer = self.try_to(method, path, body)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:1000]}"
        return answer.body

    def sign_in(self) -> Answer:
        who = self.credentials
        domain = {"id": "default"}
        user = {"name": who.user, "domain": domain, "password": who.password}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": who.project, "domain": domain}}
        answer = self._send("POST", "/identity/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, {})
        self.token = answer.headers.get("x-subject-token", "")
        return answer

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = "application/json" if path.rpartition("/")[2] != "file" else "application/octet-stream"
        told = {"content-type": kind, "openstack-api-version": "compute latest"} | headers
        began = time.monotonic()
        connection = http.client.HTTPConnection("cloud")
        connection.sock = self.connect()
        try:
            connection.request(method, path, content, told)
            reply = connection.getresponse()
            text = reply.read().decode(errors="replace")
        finally:
            connection.close()
        got = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, got, text, time.monotonic() - began)


def until(condition: Callable[[], Any], deadline_s: float, what: str, why: Callable[[], str] = str) -> Any:
    """Whatever true value the condition has, as soon as it has one.

    After the deadline the test fails, and says with `why` what may help to find the cause.
    """
    end = time.monotonic() + deadline_s
    while not (found := condition()):
        if time.monotonic() > end:
            pytest.fail(f"waited {deadline_s:.0f} s in vain for {what}\n{why()}")
        time.sleep(GLANCE_S)
    return found
