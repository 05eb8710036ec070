"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from haneul.console.tables import PAGE, Part
from haneul.kit.http import Query
from haneul.services.identity import Filter, Listing

T = TypeVar("T")
_LONGEST = 255


def sheet_of(address: str, asked: Mapping[str, str], found: Sequence[T], marker_of: Callable[[T], str]) -> Part[T]:
    """`found`: one row more than a page has, where there are more; `asked`: what the page was asked for."""
    shown = found[:PAGE]
    return Part(
        shown,
        next=address_of(address, asked, marker_of(shown[-1])) if len(found) > PAGE else "",
        first=address_of(address, asked) if asked.get("marker") else "",
    )


def address_of(address: str, asked: Mapping[str, str], marker: str = "") -> str:
    """Of the page that begins after the marker."""
    query = urlencode({name: text for name, text in {**asked, "marker": marker}.items() if text})
    return f"{address}?{query}" if query else address


def asked_of(query: Query, *names: str) -> dict[str, str]:
    """What the address says under these names and `marker`; empty where it says nothing."""
    return {name: (query.get(name) or "").strip()[:_LONGEST] for name in (*names, "marker")}


def by_name(search: str, marker: str, limit: int) -> Listing:
    """Of identity's things: those whose name holds the search, whatever the case."""
    filters = (Filter("name", search, "contains", ignores_case=True),) if search else ()
    return Listing(filters, limit, marker or None)
