"""Forms that recur in the compute API: links, times, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from haneul.kit.errors import Invalid
from haneul.kit.http import Request
from haneul.kit.paging import Page, SortKey

MOST_PER_PAGE = 1000


class Remembering(dict[str, Any]):
    """A thing as the newest version shows it, with what older versions showed besides or instead."""

    def __init__(self, shown: Mapping[str, Any], older: Mapping[str, Any]) -> None:
        super().__init__(shown)
        self.older = dict(older)


def links(req: Request, kind: str, name: str) -> list[dict[str, str]]:
    """Where a thing is: in this version, and apart from versions."""
    return [
        {"rel": "self", "href": f"{req.api_url}/v2.1/{kind}/{name}"},
        {"rel": "bookmark", "href": f"{req.api_url}/{kind}/{name}"},
    ]


def reference(req: Request, kind: str, name: str) -> dict[str, Any]:
    return {"id": name, "links": [{"rel": "bookmark", "href": f"{req.api_url}/{kind}/{name}"}]}


def time(moment: datetime | None) -> datetime | None:
    """What is written as 2030-01-31T12:00:00Z: the encoder writes whole seconds, cheaper than a text is made here."""
    return None if moment is None else moment.replace(microsecond=0)


def fine_time(moment: datetime | None) -> str | None:
    """2030-01-31T12:00:00.000000, as the parts that were extensions once have it."""
    return None if moment is None else moment.isoformat(timespec="microseconds")[:26]


def parse_time(text: str, name: str) -> datetime:
    """ISO 8601; without a zone it is UTC. Raises Invalid("request.not_a_time")."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "T", 1) if "T" not in text else text.strip())
    except ValueError as error:
        raise Invalid("request.not_a_time", f"Invalid {name} value: {text} is not a time in ISO 8601.") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def page(req: Request, sort: tuple[SortKey, ...] = ()) -> Page:
    """`limit` and `marker`; a page has 1,000 things at most."""
    limit = req.query.get_int("limit")
    return Page(min(limit if limit is not None else MOST_PER_PAGE, MOST_PER_PAGE), req.query.get("marker"), sort)


def sort_keys(req: Request, default_descending: bool) -> tuple[SortKey, ...]:
    """`sort_key` and `sort_dir`, each of which may be there several times."""
    directions = req.query.all("sort_dir")
    keys = req.query.all("sort_key")
    if len(directions) > len(keys) and len(directions) > 1:
        raise Invalid("page.sort", "Sort direction size exceeds sort key size: give as many keys as directions.")
    last = directions[-1] if directions else ("desc" if default_descending else "asc")
    padded = (*directions, *[last] * len(keys))
    return tuple(SortKey(key, direction.lower() == "desc") for key, direction in zip(keys, padded, strict=False))


def next_link(req: Request, kind: str, shown: Sequence[Any], last_id: str | None) -> dict[str, Any]:
    """`{kind}_links` with the address of the next page, if this one is full; otherwise nothing."""
    limit = page(req).limit
    if not shown or last_id is None or limit is None or len(shown) < limit:
        return {}
    query = [(key, value) for key, value in req.query.items if key != "marker"] + [("marker", last_id)]
    return {f"{kind}_links": [{"rel": "next", "href": f"{req.url}?{urlencode(query)}"}]}
