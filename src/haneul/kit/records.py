"""Frozen dataclasses made of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def record(kind: type[T], values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> T:
    """One of a dataclass without slots and `__post_init__`, with a value for every field, in the fields' own types.

    Its constructor, which for a frozen class sets each field by itself, takes three times as long: what a store reads
    a thousand of is made so, and nothing else.
    """
    made = object.__new__(kind)
    made.__dict__.update(values)
    return made


def with_values(noun: T, **values: Any) -> T:
    """The same but for these values; as `record`, ten times as fast as `dataclasses.replace`."""
    return record(type(noun), noun.__dict__ | values)
