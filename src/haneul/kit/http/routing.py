"""The whole API on one screen: a table of routes, matched by the segments of the path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from haneul.kit.http.ladder import Version
from haneul.kit.http.message import Reply, Request

Handler = Callable[[Any, Request], Reply]


@dataclass(frozen=True)
class Route:
    """One operation.

    `path` may hold {names}, each matching one segment; `{name:path}` at its end matches all the rest. A slash
    at the end of a request's path makes no difference, unless a route ends with one too: `/things/` then stands
    for a thing whose id is empty.
    """

    method: str
    path: str
    handler: Handler
    schema: Mapping[str, Any] | None = None
    """JSON Schema of the body in the newest version."""
    query: Mapping[str, Any] | None = None
    """JSON Schema of the query string: an object of name -> list of values."""
    public: bool = False
    """True if no token is needed."""
    raw: bool = False
    """True if the body is a stream of bytes."""
    since: str = ""
    until: str = ""
    """The first and last version in which the operation exists; empty: all."""

    @property
    def name(self) -> str:
        return getattr(self.handler, "__name__", "handler")

    @cached_property
    def _range(self) -> tuple[Version, Version]:
        first = Version.parse(self.since) if self.since else Version(0, 0)
        return first, Version.parse(self.until) if self.until else Version(99999, 0)

    def exists_in(self, version: Version) -> bool:
        first, last = self._range
        return first <= version <= last


@dataclass(frozen=True)
class Match:
    """What a path and method led to: a route with its parameters, or the methods that the path does allow."""

    route: Route | None
    params: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()


_Found = list[tuple[tuple[str, ...], Route]]


@dataclass
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    rest: _Found = field(default_factory=list)
    here: _Found = field(default_factory=list)


class RouteTable:
    """Routes as a tree of segments; a fixed segment wins over a {name}."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._root = _Node()
        for route in self.routes:
            self._add(route)
        self._fixed = _fixed(self.routes)

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in _segments(route.path) + _closing(route.path):
            if segment.endswith(":path}"):
                node.rest.append(((*names, segment[1:-6]), route))
                return
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.here.append((tuple(names), route))

    def match(self, method: str, path: str, version: Version) -> Match:
        """The route of `method` on the (still percent-encoded) `path` that exists in `version`."""
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed
        segments, closing = _segments(path), _closing(path)
        if closing:
            nameless = self._match(method, segments + closing, version)
            if nameless.route is not None:
                return nameless
        return self._match(method, segments, version)

    def _match(self, method: str, segments: list[str], version: Version) -> Match:
        allowed: set[str] = set()
        head_by_get: Match | None = None
        for values, found in self._find(self._root, segments, ()):
            for names, route in found:
                if not route.exists_in(version):
                    continue
                if route.method == method:
                    return Match(route, dict(zip(names, values, strict=True)))
                if method == "HEAD" and route.method == "GET":
                    head_by_get = head_by_get or Match(route, dict(zip(names, values, strict=True)))
                allowed.add(route.method)
        return head_by_get or Match(None, allowed=frozenset(allowed))

    def _find(
        self, node: _Node, segments: list[str], values: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], _Found]]:
        if not segments:
            yield values, node.here
            return
        head, tail = segments[0], segments[1:]
        if head in node.fixed:
            yield from self._find(node.fixed[head], tail, values)
        if node.variable is not None and head:
            yield from self._find(node.variable, tail, (*values, unquote(head)))
        if node.rest and head:
            yield (*values, unquote("/".join(segments))), node.rest


def _fixed(routes: Iterable[Route]) -> dict[tuple[str, str], Match]:
    """By method and path: where the path alone leads to one route, in every version."""
    found: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        found.setdefault((route.method, route.path), []).append(route)
    return {
        key: Match(several[0])
        for key, several in found.items()
        if len(several) == 1 and "{" not in key[1] and not (several[0].since or several[0].until)
    }


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _closing(path: str) -> list[str]:
    """The empty segment after a slash at the end."""
    return [""] if path.endswith("/") and path != "/" else []
