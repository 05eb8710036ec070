"""What is wanted of a listing, and what of a thing shall change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from msgspec import UNSET

from haneul.kit.paging import Page


@dataclass(frozen=True)
class TagFilter:
    """Tags that a thing must or must not bear."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    not_all_of: tuple[str, ...] = ()
    not_any_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all_of or self.any_of or self.not_all_of or self.not_any_of)


@dataclass(frozen=True)
class Filter:
    """Those whose field has one of the given values, for every field that is named."""

    where: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """By the field's name in the noun, e.g. {"device_id": ("...",)}."""
    tags: TagFilter = TagFilter()


@dataclass(frozen=True)
class Listing:
    """A page of a listing."""

    filter: Filter = Filter()
    page: Page = field(default_factory=Page)
    is_backwards: bool = False
    """True for the page before the marker."""


EVERYTHING = Listing()


def given(said: Any) -> dict[str, Any]:
    """The fields of a dataclass that are set."""
    values = {item.name: getattr(said, item.name) for item in fields(said)}
    return {name: value for name, value in values.items() if value is not UNSET}
