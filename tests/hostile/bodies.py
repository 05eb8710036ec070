"""JSON bodies with one thing wrong, at a place and of a kind that a generator chooses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Path = tuple[str | int, ...]

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    2**64,
    10**40,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "a" * 256,
    "a" * 70_000,
    "\U0001f4a9" * 64,
    "\u202e\ufeff\u0085",
    "../../../etc/passwd",
    "%00%2f",
    "'; DROP TABLE projects; --",
    "${7*7}{{7*7}}%s%n",
    "1",
    "-1",
    "true",
    "null",
    "NaN",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59.999999Z",
    "0.0.0.0/0",
    "::/0",
    "999.1.1.1",
    "ff:ff:ff:ff:ff:ff",
    "00000000-0000-0000-0000-000000000000",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    {"id": "x"},
    {"a": [{"b": {"c": [1]}}]},
    ["x"] * 2000,
    [{"a": 1}, {"a": 1}],
)


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    """Where there is something: every member and element, the whole first."""
    yield here
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*here, key))


def at(value: Any, place: Path) -> Any:
    for key in place:
        value = value[key]
    return value


def replaced(value: Any, place: Path, new: Any) -> Any:
    """A copy with something else there."""
    if not place:
        return new
    whole = copy.deepcopy(value)
    at(whole, place[:-1])[place[-1]] = new
    return whole


def _something_else(random: Random, body: Any, place: Path) -> Any:
    return replaced(body, place, random.choice(VALUES))


def _reshaped(random: Random, body: Any, place: Path) -> Any:
    """The same thing, in another shape."""
    old = at(body, place)
    shapes: list[Any] = [[old], [old, old], {"x": old}, str(old), [old] * 300, {"id": old}, {"": old}]
    if isinstance(old, str):
        shapes += [old + " ", old * 2, old.upper(), old[:-1], old + "\n", old.replace("-", ""), old.swapcase()]
    if isinstance(old, int):
        shapes += [str(old), float(old), -old, old + 2**32, old * 10**20, old + 0.5]
    return replaced(body, place, random.choice(shapes))


def _without(random: Random, body: Any, place: Path) -> Any:
    whole = copy.deepcopy(body)
    if place:
        del at(whole, place[:-1])[place[-1]]
        return whole
    return random.choice([None, {}, []])


def _renamed(random: Random, body: Any, place: Path) -> Any:
    whole = copy.deepcopy(body)
    if place and isinstance(place[-1], str):
        parent = at(whole, place[:-1])
        parent[random.choice(["", "x" * 300, "\x00", "\ud800", "__class__", "id", place[-1].upper()])] = parent.pop(
            place[-1]
        )
    return whole


def _more(random: Random, body: Any, place: Path) -> Any:
    whole = copy.deepcopy(body)
    there = at(whole, place)
    extra = random.choice(["id", "project_id", "tenant_id", "links", "created_at", "__proto__", "x" * 300, "is_admin"])
    if isinstance(there, dict):
        there[extra] = random.choice(VALUES)
    elif isinstance(there, list):
        there.append(random.choice(VALUES))
    return whole


_CHANGES: tuple[Callable[[Random, Any, Path], Any], ...] = (
    _something_else,
    _something_else,
    _something_else,
    _reshaped,
    _reshaped,
    _without,
    _renamed,
    _more,
)


def changed(random: Random, body: Any) -> bytes:
    """The JSON of `body` with one to three things wrong."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        where = list(places(body))
        body = random.choice(_CHANGES)(random, body, random.choice(where))
    return json.dumps(body).encode()


def _deep(levels: int, opening: bytes, closing: bytes) -> bytes:
    return opening * levels + b"1" + closing * levels


def broken(random: Random, raw: bytes) -> bytes:
    """What is not, or hardly, JSON."""
    text = raw or b'{"a": "b"}'
    cut = random.randrange(len(text))
    return random.choice(
        [
            text[:cut],
            text + b"}",
            text + text,
            b"",
            b" ",
            b"\xff\xfe" + text,
            b"\xef\xbb\xbf" + text,
            text.decode("utf-8", "replace").encode("utf-16"),
            text[:cut] + b"\xff" + text[cut:],
            text[:cut] + b"\x00" + text[cut:],
            text.replace(b'"', b"'"),
            text.replace(b":", b": 1e999,", 1),
            text.replace(b'": ', b'": "twice", "', 1),
            b'{"a": 1, ' + text[1:],
            b"[" * 100_000,
            _deep(500, b"[", b"]"),
            _deep(200, b'{"a":', b"}"),
            b'{"a": "' + b"x" * 1_000_000 + b'"}',
            b"x" * 1_100_000,
            b'"\\ud800"',
            b"NaN",
            b"-",
            b"null",
            b"[]",
            b"0",
            b"9" * 5000,
            b"<xml/>",
            b"a=b&c=d",
        ]
    )
