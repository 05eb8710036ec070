"""Figures and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    unit: str
    budget: float | None = None
    """At most so much; None: only told."""
    is_floor: bool = False
    """At least so much instead."""

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        if self.is_floor:
            return "ok" if self.value >= self.budget else "UNDER"
        return "ok" if self.value <= self.budget else "OVER"


def table(figures: Iterable[Figure]) -> list[str]:
    """A line a figure."""
    return [
        f"{figure.what:<58} {figure.value:>10.2f} {figure.unit:<8}"
        + (f" budget {figure.budget:g}  {figure.verdict}" if figure.budget is not None else "")
        for figure in figures
    ]


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
