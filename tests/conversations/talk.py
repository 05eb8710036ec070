"""Conversations: HTTP as YAML, spoken to the real application in process.

A file is a list of steps in one cloud of its own. A step:

    ask: POST /servers          the method and the path below the API's own prefix (a path with // begins at the root)
    as: demo                    admin, demo (default), other (a member of another project), nobody
    with: {...}                 a JSON body; `raw:` text instead is sent as it stands
    version: "2.18"             the microversion; without it the newest
    headers: {name: value}      more headers
    expect: 202                 the status; 200 without it
    has: {$.path: value}        what the answer contains; a value /like this/ is a regular expression
    holds: {$.list[*].name: []} a list whose members are exactly these, in any order
    lacks: [$.path]             what it does not contain
    says: {header: value}       headers of the answer
    keep: {id: $.server.id}     names for later steps: $id; `$header.NAME` keeps a header
    until: {$.path: value}      ask again, with the cloud at work in between, until the answer contains it

Where the same is said of many, `for: {place: [projects, domains], who: [users, groups]}` with `steps:` below it holds
those steps once for each combination, in which $place and $who are these words.

Paths: $.a.b[0].c, $.list[*].name for a list of all, $.list.length for how many, $.by_id.$id with a kept name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import yaml

PREFIXES = {
    "compute": "/compute/v2.1",
    "network": "/network/v2.0",
    "identity": "/identity/v3",
    "image": "/image",
    "volume": "/volume/v3",
    "placement": "/placement",
    "haneul": "/haneul/v1",
}
TRIES = 200
_MISSING = object()


class Answer(Protocol):
    """What an HTTP client answers with."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any: ...


class Client(Protocol):
    def request(self, method: str, url: str, **options: Any) -> Answer: ...


@dataclass
class Talk:
    """One conversation with a cloud."""

    client: Client
    api: str
    tokens: Callable[[str], str | None]
    """Who -> their token."""
    work: Callable[[], None]
    """Let the cloud get on with what it has to do."""
    names: dict[str, Any] = field(default_factory=dict)

    def hold(self, file: Path) -> None:
        for number, step in enumerate(yaml.safe_load(file.read_text()), start=1):
            for words, each in unfolded(step):
                self.names |= self._filled(words)
                try:
                    self._step(each)
                except AssertionError as error:
                    raise AssertionError(f"{file.name}, step {number}, {self._filled(each['ask'])}: {error}") from None

    def _step(self, step: dict[str, Any]) -> None:
        unknown = set(step) - _KEYS
        assert not unknown, f"a step has no {', '.join(sorted(unknown))}: see tests/conversations/talk.py"
        answer = self._ask(step)
        for _ in range(TRIES if "until" in step else 0):
            if answer.status_code == step.get("expect", 200) and self._contains(answer.json(), step["until"]):
                break
            self.work()
            answer = self._ask(step)
        expected = step.get("expect", 200)
        assert answer.status_code == expected, f"{answer.status_code} instead of {expected}: {answer.text[:600]}"
        self._check(step, answer)
        for name, path in step.get("keep", {}).items():
            self.names[name] = (
                answer.headers[path.removeprefix("$header.")]
                if path.startswith("$header.")
                else find(answer.json(), path)
            )

    def _check(self, step: dict[str, Any], answer: Answer) -> None:
        for path, expected in (step.get("has", {}) | step.get("until", {})).items():
            found = find(answer.json(), self._filled(path))
            assert _matches(found, self._filled(expected)), f"{path} is {_shown(found)}, not {expected!r}"
        for path, expected in step.get("holds", {}).items():
            found = find(answer.json(), self._filled(path))
            assert isinstance(found, list) and sorted(found) == sorted(self._filled(expected)), (
                f"{path} is {_shown(found)}, not {expected!r} in some order"
            )
        for path in step.get("lacks", []):
            found = find(answer.json(), self._filled(path))
            assert found is _MISSING, f"{path} should not be there: {found!r}"
        for name, expected in step.get("says", {}).items():
            told = answer.headers.get(name, "")
            assert _matches(told, str(self._filled(expected))), f"header {name} is {told!r}, not {expected!r}"

    def _contains(self, body: Any, wanted: dict[str, Any]) -> bool:
        return all(_matches(find(body, path), self._filled(expected)) for path, expected in wanted.items())

    def _ask(self, step: dict[str, Any]) -> Answer:
        method, _, path = self._filled(step["ask"]).partition(" ")
        url = path[1:] if path.startswith("//") else PREFIXES[self.api] + path
        headers = {"accept": "application/json"} | {k: self._filled(v) for k, v in step.get("headers", {}).items()}
        if (token := self.tokens(step.get("as", "demo"))) is not None:
            headers.setdefault("x-auth-token", token)
        headers["openstack-api-version"] = f"{self.api} {step.get('version', 'latest')}"
        if "raw" in step:
            return self.client.request(method, url, headers=headers, content=step["raw"].encode())
        if "with" in step:
            return self.client.request(method, url, headers=headers, json=self._filled(step["with"]))
        return self.client.request(method, url, headers=headers)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._filled(key): self._filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, str):
            return value
        if value.startswith("$") and value[1:] in self.names:
            return self.names[value[1:]]
        return re.sub(r"\$(\w+)", lambda m: str(self.names.get(m[1], m[0])), value)


_KEYS = {"ask", "as", "with", "raw", "version", "headers", "expect", "has", "holds", "lacks", "says", "keep", "until"}


def unfolded(step: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """A step as it stands, or what a `for` makes of its steps; each with the names that hold in it."""
    choices = step.get("for", {})
    for chosen in product(*choices.values()):
        words = dict(zip(choices, chosen, strict=True))
        yield from ((words, each) for each in step.get("steps", [step]))


def find(body: Any, path: str) -> Any:
    """What is at `path` in `body`; a marker of absence where there is nothing."""
    found = [body]
    many = False
    for key, index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\*)\]", path.removeprefix("$")):
        if index == "*":
            found, many = [item for each in found if isinstance(each, list) for item in each], True
        elif many and key == "length":
            return len(found)
        else:
            found = [_member(each, key or int(index)) for each in found]
    return [each for each in found if each is not _MISSING] if many else found[0]


def _member(value: Any, key: str | int) -> Any:
    if isinstance(value, list) and key == "length":
        return len(value)
    if isinstance(value, list) and isinstance(key, int):
        return value[key] if key < len(value) else _MISSING
    return value.get(key, _MISSING) if isinstance(value, dict) else _MISSING


def _matches(found: Any, expected: Any) -> bool:
    if isinstance(expected, str) and len(expected) > 1 and expected[0] == expected[-1] == "/":
        return isinstance(found, str) and re.search(expected[1:-1], found) is not None
    return bool(found == expected)


def _shown(found: Any) -> str:
    return "absent" if found is _MISSING else repr(found)[:300]
