"""Microversions: handlers know only the newest, a ladder of small pure functions serves the older ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from haneul.kit.errors import Invalid

Transform = Callable[[Any], Any]


class Version(NamedTuple):
    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """`2.37` -> Version(2, 37); anything else is Invalid."""
        major, dot, minor = text.strip().partition(".")
        if not (dot and _is_number(major) and _is_number(minor)):
            raise Invalid(
                "version.malformed", f"API Version String {text!r} is of invalid format: use MAJOR.MINOR, e.g. 2.1."
            )
        return cls(int(major), int(minor))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and (text == "0" or text[0] != "0")


@dataclass(frozen=True)
class Change:
    """What one rung changed for one handler, told from the new to the old and from the old to the new."""

    lift: Transform | None = None
    """An older request's body -> the body as this version has it."""
    lower: Transform | None = None
    """This version's answer -> the answer as the version before had it."""
    schema: Transform | None = None
    """This version's body schema -> the schema of the version before; None as result: no check."""
    query: Transform | None = None
    """The same for the schema of the query string."""
    status: int | None = None
    """The status of success before this version."""


@dataclass(frozen=True)
class Rung:
    """A version and what came with it; `changes` by the handler's name, `*` for every handler."""

    version: str
    what: str
    changes: Mapping[str, Change] = field(default_factory=dict)

    @property
    def number(self) -> Version:
        return Version.parse(self.version)


class Ladder:
    """The versions from `oldest` to `newest` of a service, and the rungs between them."""

    def __init__(self, service: str, oldest: str, newest: str, rungs: tuple[Rung, ...] = ()) -> None:
        self.service = service
        self.oldest = Version.parse(oldest)
        self.newest = Version.parse(newest)
        self.rungs = tuple(sorted(rungs, key=lambda rung: rung.number))
        self._changes: dict[tuple[str, Version], tuple[Change, ...]] = {}

    def choose(self, asked: str | None) -> Version:
        """The version for the text of a request's header: none is the oldest, `latest` the newest."""
        if asked is None:
            return self.oldest
        return self.newest if asked.strip().lower() == "latest" else Version.parse(asked)

    def serves(self, version: Version) -> bool:
        return self.oldest <= version <= self.newest

    def lift(self, handler: str, version: Version, body: Any) -> Any:
        """A request's body of `version` as the newest version has it."""
        for change in reversed(self._newer(handler, version)):
            body = change.lift(body) if change.lift else body
        return body

    def lower(self, handler: str, version: Version, body: Any) -> Any:
        """The newest version's answer as `version` has it."""
        for change in self._newer(handler, version):
            body = change.lower(body) if change.lower else body
        return body

    def schema(self, handler: str, version: Version, schema: Any, kind: str = "schema") -> Any:
        """The newest version's `schema` (or, with kind `query`, that of the query) as `version` has it."""
        for change in self._newer(handler, version):
            transform: Transform | None = getattr(change, kind)
            schema = transform(schema) if transform else schema
        return schema

    def status(self, handler: str, version: Version, status: int) -> int:
        """The status of success as `version` has it."""
        for change in self._newer(handler, version):
            status = change.status or status
        return status

    def _newer(self, handler: str, version: Version) -> tuple[Change, ...]:
        """The changes of the rungs above `version`, the newest first."""
        key = (handler, version)
        if key not in self._changes:
            self._changes[key] = tuple(
                rung.changes[name]
                for rung in reversed(self.rungs)
                if rung.number > version
                for name in (handler, "*")
                if name in rung.changes
            )
        return self._changes[key]
