"""Listings on pages: a part of the rows, and where the next part begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from haneul.console.visit import PREFIX, Visit
from haneul.kit.paging import Page, SortKey

PAGE = 50
"""So many rows of a listing are shown at once."""
T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """Rows of a listing that a page shows."""

    rows: Sequence[T]
    next: str = ""
    """The address of the part after this; empty: there is none."""
    first: str = ""
    """The address of the first part; empty: this is it."""


def part_of(
    visit: Visit, ask: Callable[[Page], Sequence[T]], *sort: SortKey, key: Callable[[Any], str] = lambda row: row.id
) -> Part[T]:
    """The part that the address asks for by its `marker`; a row more than it has tells whether there are more.

    `key`: by what a row is known as a marker.
    """
    address, marker = PREFIX + visit.request.path, visit.request.query.get("marker") or ""
    found = ask(Page(PAGE + 1, marker or None, sort))
    rows = found[:PAGE]
    after = f"{address}?{urlencode({'marker': key(rows[-1])})}" if len(found) > PAGE else ""
    return Part(rows, after, address if marker else "")
