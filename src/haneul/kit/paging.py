"""Pages of a listing by marker: the row after which the page begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, false, or_


@dataclass(frozen=True)
class SortKey:
    name: str
    is_descending: bool = False


@dataclass(frozen=True)
class Page:
    """What part of a listing is wanted: at most `limit` rows after the row whose id is `marker`."""

    limit: int | None = None
    marker: str | None = None
    sort: tuple[SortKey, ...] = ()


def after(
    statement: Select[Any], order: Sequence[tuple[Column[Any], bool]], marker: Sequence[Any] | None
) -> Select[Any]:
    """`statement` in the order of (column, is_descending) and beginning after the row with the values `marker`.

    The last column must be unique. NULL sorts first ascending and last descending, on every database.
    """
    for column, is_descending in order:
        nulls_last = column.desc().nulls_last() if is_descending else column.asc().nulls_first()
        statement = statement.order_by(nulls_last if column.nullable else _plain(column, is_descending))
    if marker is None:
        return statement
    alternatives = []
    for position, (column, is_descending) in enumerate(order):
        same = [
            before.is_(None) if value is None else before == value
            for (before, _), value in zip(order[:position], marker, strict=False)
        ]
        alternatives.append(and_(*same, _beyond(column, marker[position], is_descending)))
    return statement.where(or_(*alternatives))


def _plain(column: Column[Any], is_descending: bool) -> ColumnElement[Any]:
    return column.desc() if is_descending else column.asc()


def _beyond(column: Column[Any], value: Any, is_descending: bool) -> ColumnElement[bool]:
    if value is None:
        return false() if is_descending else column.is_not(None)
    if is_descending:
        return or_(column < value, column.is_(None)) if column.nullable else column < value
    beyond: ColumnElement[bool] = column > value
    return beyond
