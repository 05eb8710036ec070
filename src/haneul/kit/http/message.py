"""What a handler is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from haneul.kit.errors import Invalid
from haneul.kit.http.ladder import Version
from haneul.kit.policy import ANONYMOUS, Caller

_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})
_NO_VERSION = Version(0, 0)
_FALSE = frozenset({"0", "f", "false", "off", "n", "no"})


class Query:
    """The query string: names may repeat, order is kept."""

    def __init__(self, text: str) -> None:
        self.items: tuple[tuple[str, str], ...] = tuple(parse_qsl(text, keep_blank_values=True)) if text else ()

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of `name`."""
        return next((value for key, value in self.items if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.items if key == name)

    def get_bool(self, name: str, default: bool | None = None) -> bool | None:
        """True for 1, t, true, on, y, yes; False for their opposites; anything else is Invalid."""
        text = self.get(name)
        if text is None:
            return default
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise Invalid("request.not_boolean", f"{name}={text} is neither true nor false: use true or false.")

    def get_int(self, name: str, default: int | None = None) -> int | None:
        """A whole number that is not negative; anything else is Invalid."""
        text = self.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise Invalid("request.not_a_number", f"{name}={text} is not a whole number of at least 0.")
        return int(text)

    def names(self) -> frozenset[str]:
        return frozenset(key for key, _ in self.items)

    def as_lists(self) -> dict[str, list[str]]:
        """Every name with all its values, as query schemas see it."""
        lists: dict[str, list[str]] = {}
        for key, value in self.items:
            lists.setdefault(key, []).append(value)
        return lists

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.items)


def _no_body() -> Iterator[bytes]:
    return iter(())


@dataclass
class Request:
    """One request, decoded, checked and of the newest version by the time that a handler sees it."""

    method: str
    path: str
    """Below the API's prefix, e.g. /v2.1/servers."""
    api_url: str
    """The public URL of the API, with its prefix and without a closing slash."""
    query: Query
    headers: Mapping[str, str]
    """Keys in lower case."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What the route's {names} matched."""
    body: Any = None
    caller: Caller = ANONYMOUS
    claims: str = ""
    """Whom somebody who signs in says to be, an id or a name; nothing is proved by it."""
    version: Version = _NO_VERSION
    request_id: str = ""
    address: str = ""
    """Of the client, as the connection says."""
    chunks: Callable[[], Iterator[bytes]] = _no_body
    """The raw body of a `raw` route in pieces of about 1 MiB; to be called once."""

    @property
    def url(self) -> str:
        """The public URL of this request, without its query."""
        return self.api_url + self.path


@dataclass(frozen=True)
class Many:
    """A listing: things under a name. Each is made, lowered and written before the next, so that a thousand of them
    never lie about as dictionaries together: that costs more than to make them."""

    name: str
    things: Iterable[dict[str, Any]]
    besides: Mapping[str, Any] = field(default_factory=dict)
    """What else the body has, such as links."""

    def written(self, lower: Callable[[Any], Any]) -> dict[str, Any]:
        """The body, its list written out; `lower` is told a body with one thing at a time."""
        name, encode = self.name, msgspec.json.encode
        parts = [encode(lower({name: [thing]})[name][0]) for thing in self.things]
        return {name: msgspec.Raw(b"[" + b",".join(parts) + b"]"), **self.besides}


Body = dict[str, Any] | list[Any] | Many | bytes | Path | Iterator[bytes] | None


@dataclass
class Reply:
    """What goes back: JSON for a dict, list or Many, the file of a Path, raw bytes or an iterator of them."""

    status: int = 200
    body: Body = None
    headers: dict[str, str] = field(default_factory=dict)
