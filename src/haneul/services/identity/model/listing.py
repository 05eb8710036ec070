"""What part of a listing is wanted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Comparator = Literal["equals", "contains", "startswith", "endswith", "in", "lt", "lte", "gt", "gte", "eq", "neq"]


@dataclass(frozen=True)
class Filter:
    """Only things whose `field` compares so with `value`."""

    field: str
    value: Any
    comparator: Comparator = "equals"
    ignores_case: bool = False


@dataclass(frozen=True)
class Listing:
    """At most `limit` of the things that pass every filter, in the order of their ids, after `marker`."""

    filters: tuple[Filter, ...] = ()
    limit: int | None = None
    marker: str | None = None

    def where(self, field: str, value: Any) -> Listing:
        """The same, narrowed to things whose `field` equals `value`; a tuple means one of its items."""
        comparator: Comparator = "in" if isinstance(value, tuple) else "equals"
        return Listing((*self.filters, Filter(field, value, comparator)), self.limit, self.marker)

    def value(self, field: str) -> Any:
        """What `field` must equal; None if it may be anything."""
        return next((each.value for each in self.filters if each.field == field), None)


EVERYTHING = Listing()
