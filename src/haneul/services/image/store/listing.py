"""How a listing of images becomes one statement."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, exists, or_, select, true

from haneul.kit.errors import Invalid
from haneul.kit.paging import Page, SortKey, after
from haneul.services.image.model import Condition, ImageFilter, MemberStatus, Operator, Visibility
from haneul.services.image.store.tables import facet_key, facets, images, members

_COMPARE: dict[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.EQ: operator.eq,
    Operator.NEQ: operator.ne,
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}


@dataclass(frozen=True)
class Viewer:
    """Whose listing it is."""

    project_id: str
    """Empty for a caller without a project."""
    sees_everything: bool


def select_page(
    connection: Connection, columns: Sequence[Column[Any]], viewer: Viewer, wanted: ImageFilter, page: Page
) -> Select[Any]:
    """The statement for one page. Raises Invalid `image.no_marker` for a marker that is not in sight."""
    sort = page.sort or (SortKey("created_at", is_descending=True),)
    order = [(images.c[key.name], key.is_descending) for key in sort]
    if all(column is not images.c.id for column, _ in order):
        order.append((images.c.id, order[-1][1]))
    in_sight = _in_sight(viewer, wanted.member_status)
    marker = None
    if page.marker is not None:
        keys = select(*(column for column, _ in order)).where(images.c.id == page.marker, in_sight)
        marker = connection.execute(keys).first()
        if marker is None:
            raise Invalid("image.no_marker", f"No image {page.marker} to begin the page after.")
    statement = select(*columns).where(in_sight, *_wanted(viewer, wanted))
    if page.limit is not None:
        statement = statement.limit(page.limit)
    return after(statement, order, marker)


def _in_sight(viewer: Viewer, member_status: MemberStatus | None) -> ColumnElement[bool]:
    if viewer.sees_everything:
        return true()
    open_to_all = images.c.visibility.in_((Visibility.PUBLIC, Visibility.COMMUNITY))
    if not viewer.project_id:
        return open_to_all
    shared = select(members.c.image_id).where(members.c.project_id == viewer.project_id)
    if member_status is not None:
        shared = shared.where(members.c.status == member_status)
    return or_(
        open_to_all,
        images.c.owner == viewer.project_id,
        and_(images.c.visibility == Visibility.SHARED, images.c.id.in_(shared)),
    )


def _wanted(viewer: Viewer, wanted: ImageFilter) -> list[ColumnElement[bool]]:
    clauses = [_compare(condition) for condition in wanted.conditions]
    if wanted.visibility is not None:
        clauses.append(images.c.visibility == wanted.visibility)
    elif not wanted.is_everything:
        mine = images.c.owner == viewer.project_id
        clauses.append(or_(images.c.visibility != Visibility.COMMUNITY, mine))
    if wanted.is_hidden is not None:
        clauses.append(images.c.is_hidden == wanted.is_hidden)
    clauses += [_has_facet("tag", "", tag) for tag in wanted.tags]
    clauses += [_has_facet("property", name, value) for name, value in wanted.properties.items()]
    return clauses


def _compare(condition: Condition) -> ColumnElement[bool]:
    column = images.c[condition.name]
    if condition.operator is Operator.IN:
        return column.in_(condition.values)
    if condition.operator is Operator.OUTSIDE:
        first, following = condition.values
        return or_(column < first, column >= following)
    return _COMPARE[condition.operator](column, condition.values[0])


def _has_facet(kind: str, name: str, value: str) -> ColumnElement[bool]:
    return exists().where(
        facets.c.image_id == images.c.id,
        facets.c.kind == kind,
        facets.c.name == name,
        facets.c.value_key == facet_key(value),
    )
