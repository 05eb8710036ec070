"""An HTTP client for conversations that, before each honest request, lets hostile ones be asked about the same things.

By then everything that the request names exists, so that what is wrong with a hostile one is only what the generator
put there. Afterwards the database is as it was, and the honest request goes its way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from tests.clouds import OpenCloud
from tests.conversations.talk import Answer
from tests.hostile.watched import WatchedState
from tests.hostile.wire import Got, Sent, send

HONEST_FAILURES = {"users", "nobodys_failures"}
"""Tables in which a refusal may leave a trace: a wrong password is counted."""
_NOT_OFFERED = 501
"""What Nova's API says of what a cloud's kind of host cannot do; it is no accident."""


@dataclass
class Ordeal:
    """A cloud under attack, and what was found."""

    cloud: OpenCloud
    watched: WatchedState
    findings: list[str] = field(default_factory=list)
    asked: int = 0

    def ask(self, sent: Sent) -> Got:
        """Ask; note what must not be; leave the database as it was."""
        self.asked += 1
        got = send(self.cloud.http, sent)
        found = self._faults(sent, got)
        if self.watched.is_touched():
            if got.status >= 400:
                found += self._traces(sent)
            self.watched.restore()
        self.findings += [f"{what}\n    {sent}\n    -> {got.status} {got.body[:300]!r}" for what in found]
        return got

    def judge(self, seed: str) -> None:
        """The test fails if anything was found."""
        if self.findings:
            told = "\n".join(self.findings[:30])
            pytest.fail(f"seed {seed}: {len(self.findings)} findings of {self.asked} requests\n{told}", pytrace=False)

    def _faults(self, sent: Sent, got: Got) -> list[str]:
        found = []
        if (got.status >= 500 and got.status != _NOT_OFFERED) or got.status == 0:
            found.append(f"answered {got.status}")
        if b"Traceback" in got.body or (b".py" in got.body[:2000] and got.status >= 400):
            found.append("shows its insides")
        if got.status >= 400 and len(got.body) > 40_000:
            found.append(f"echoes {len(got.body)} bytes")
        if got.body and got.headers.get("content-type", "").startswith("application/json"):
            try:
                json.loads(got.body)
            except ValueError:
                found.append("is no JSON")
        if any("\n" in value or "\r" in value for value in got.headers.values()):
            found.append("a header of the answer was injected")
        return found

    def _traces(self, sent: Sent) -> list[str]:
        changes = {table: told for table, told in self.watched.changes().items() if table not in HONEST_FAILURES}
        return [f"refused, and yet changed {changes}"] if changes else []


class ShadowedClient:
    """The client of a conversation; `before` is called with each honest request."""

    def __init__(self, cloud: OpenCloud, before: Callable[[Sent], None]) -> None:
        self._cloud = cloud
        self._before = before

    def request(self, method: str, url: str, **options: Any) -> Answer:
        headers = {name.lower(): str(value) for name, value in options.get("headers", {}).items()}
        body = options.get("content", b"")
        if "json" in options:
            body = json.dumps(options["json"]).encode()
            headers.setdefault("content-type", "application/json")
        self._before(Sent(method, quote(url, safe="/%?&=:,+!*'();@[]$~"), headers, body))
        answer: Answer = self._cloud.http.request(method, url, **options)
        return answer
