"""How a listing of images becomes one statement."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, exists, not_, or_, select, union_all

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


_shared = images.alias("shared")
_SHARED = (
    select(members.c.image_id)
    .join(_shared, _shared.c.id == members.c.image_id)
    .where(_shared.c.visibility == Visibility.SHARED)
)


@dataclass(frozen=True)
class Viewer:
    """Whose listing it is."""

    project_id: str
    """Empty for a caller without a project."""
    sees_everything: bool


def select_page(
    connection: Connection, columns: Sequence[Column[Any]], viewer: Viewer, wanted: ImageFilter, page: Page
) -> Select[Any]:
    """The statement for one page. Raises Invalid `image.no_marker` for a marker that is not in sight.

    What a project sees comes from several places, each with an index in the usual order: every place gives no
    more than a page, so that a page costs the same whatever else there is.
    """
    order = _order(page)
    places = _places(viewer, wanted)
    marker = _marker(connection, order, viewer, wanted, page)
    which = _wanted(viewer, wanted)

    def first_page(what: Select[Any]) -> Select[Any]:
        return after(what if page.limit is None else what.limit(page.limit), order, marker)

    if not places:
        return first_page(select(*columns).where(*which))
    if len(places) == 1:
        return first_page(select(*columns).where(places[0], *which))
    found = [select(first_page(select(images.c.id).where(place, *which)).subquery()) for place in places]
    return first_page(select(*columns).where(images.c.id.in_(union_all(*found))))


def _order(page: Page) -> list[tuple[Column[Any], bool]]:
    sort = page.sort or (SortKey("created_at", is_descending=True),)
    order = [(images.c[key.name], key.is_descending) for key in sort]
    if all(column is not images.c.id for column, _ in order):
        order.append((images.c.id, order[-1][1]))
    return order


def _marker(
    connection: Connection,
    order: Sequence[tuple[Column[Any], bool]],
    viewer: Viewer,
    wanted: ImageFilter,
    page: Page,
) -> Sequence[Any] | None:
    """The values of the row after which the page begins."""
    if page.marker is None:
        return None
    everything = replace(wanted, visibility=None, is_everything=True)
    keys = select(*(column for column, _ in order)).where(images.c.id == page.marker)
    places = _places(viewer, everything)
    row = connection.execute(keys.where(or_(*places)) if places else keys).first()
    if row is None:
        raise Invalid("image.no_marker", f"No image {page.marker} to begin the page after.")
    return row


def _places(viewer: Viewer, wanted: ImageFilter) -> list[ColumnElement[bool]]:
    """Where the images come from that the viewer sees; nowhere in particular for one who sees everything."""
    if viewer.sees_everything:
        return []
    asked = wanted.visibility
    places: list[ColumnElement[bool]] = []
    if asked in (None, Visibility.PUBLIC):
        places.append(images.c.visibility == Visibility.PUBLIC)
    if asked is Visibility.COMMUNITY or wanted.is_everything:
        places.append(images.c.visibility == Visibility.COMMUNITY)
    if asked not in (Visibility.PUBLIC, Visibility.COMMUNITY):
        places.append(_own(viewer, places))
    if asked in (None, Visibility.SHARED):
        places.append(images.c.id.in_(_shared_with(viewer, wanted.member_status)))
    return places


def _own(viewer: Viewer, before: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The viewer's own, without those that the places before have already."""
    mine = images.c.owner == (viewer.project_id or None)
    return and_(mine, *(not_(place) for place in before))


def _shared_with(viewer: Viewer, status: MemberStatus | None) -> Select[Any]:
    statement = _SHARED.where(members.c.project_id == viewer.project_id)
    return statement if status is None else statement.where(members.c.status == status)


def _wanted(viewer: Viewer, wanted: ImageFilter) -> list[ColumnElement[bool]]:
    clauses = [_compare(condition) for condition in wanted.conditions]
    if wanted.visibility is not None:
        clauses.append(images.c.visibility == wanted.visibility)
    elif viewer.sees_everything and not wanted.is_everything:
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
