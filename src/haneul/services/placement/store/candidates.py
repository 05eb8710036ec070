"""Where there is room, as one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
)

from haneul.kit.db import Database, Prepared
from haneul.services.placement.model import SHARES, Bound, Candidate, CandidateRequest, ProviderId, Room, Search, Wish
from haneul.services.placement.store.claims import fits
from haneul.services.placement.store.providers import inventory, provider
from haneul.services.placement.store.tables import (
    inventories,
    provider_aggregates,
    provider_traits,
    providers,
)


class CandidateRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, request: CandidateRequest) -> list[Candidate]:
        """Those that have room, the emptiest first, equally empty ones in random order."""
        names = tuple(sorted(name for name, amount in request.resources.items() if amount))
        values = {f"amount_{place}": request.resources[name] for place, name in enumerate(names)}
        is_usual = request.in_provider is None and not request.not_in and not request.bounds
        with self.db.read() as c:
            if is_usual:
                ask = _usual(names, request.required, request.forbidden)
                rows = ask.rows(c, most=request.limit, **values)
            else:
                statement = _filtered(_with_room(names), request)
                rows = c.execute(statement, values | {"most": request.limit}).all()
        return [Candidate(ProviderId(row[0]), row[1], dict(zip(names, row[2:], strict=True))) for row in rows]

    def rooms(self, roots: Collection[str] | None = None) -> list[Room]:
        """Every provider, or those of these trees, with all about it, by name."""
        wanted = select(providers).order_by(providers.c.name)
        if roots is not None:
            wanted = wanted.where(providers.c.root_id.in_(sorted(roots)))
        with self.db.read() as c:
            everyone = c.execute(wanted).all()
            ids = None if roots is None else sorted(row.id for row in everyone)
            had = _by_provider(c.execute(_about(inventories, ids)).all())
            traits = _by_provider(c.execute(_about(provider_traits, ids)).all())
            groups = _by_provider(c.execute(_about(provider_aggregates, ids)).all())
        return [
            Room(
                provider=provider(row),
                inventories={line.resource_class: inventory(line) for line in had[row.id]},
                used={line.resource_class: line.used for line in had[row.id]},
                traits=frozenset(line.trait for line in traits[row.id]),
                aggregates=frozenset(line.aggregate_id for line in groups[row.id]),
            )
            for row in everyone
        ]

    def trees(self, query: Search, beyond: str, count: int) -> list[tuple[ProviderId, str]]:
        """Root and its name, by name, of up to `count` trees that may grant the query, after the name `beyond`.

        A tree without what is asked for may still be granted it by a provider that shares: while any shares, only
        what is asked of roots themselves narrows the choice.
        """
        root = providers.alias("root")
        wanted = select(root.c.id, root.c.name).where(root.c.id == root.c.root_id, root.c.name > beyond)
        for trait in sorted(query.root_required):
            wanted = wanted.where(_traits_of(root.c.id, frozenset({trait})))
        for trait in sorted(query.root_forbidden):
            wanted = wanted.where(~_traits_of(root.c.id, frozenset({trait})))
        if not self.sharing():
            wanted = wanted.where(*(one for wish in query.groups.values() for one in _granted_by_tree(root, wish)))
        with self.db.read() as c:
            return [(ProviderId(row[0]), row[1]) for row in c.execute(wanted.order_by(root.c.name).limit(count)).all()]

    def sharing(self) -> frozenset[ProviderId]:
        """The roots of the trees with a provider that shares with others."""
        joined = provider_traits.join(providers, providers.c.id == provider_traits.c.provider_id)
        wanted = select(providers.c.root_id).select_from(joined).where(provider_traits.c.trait == SHARES)
        with self.db.read() as c:
            return frozenset(c.execute(wanted).scalars())

    def roots_of(self, ids: Collection[str]) -> frozenset[ProviderId]:
        """The roots of the trees that these providers stand in."""
        if not ids:
            return frozenset()
        with self.db.read() as c:
            return frozenset(c.execute(select(providers.c.root_id).where(providers.c.id.in_(sorted(ids)))).scalars())


def _with_room(names: tuple[str, ...]) -> Select[Any]:
    """Providers with room for `amount_0` of the first class and so on; the `most` emptiest."""
    columns: list[ColumnElement[int]] = []
    weight: ColumnElement[float] = cast(0, Float)
    statement: Select[Any] = select(providers.c.id, providers.c.name)
    for place, name in enumerate(names):
        had = inventories.alias()
        statement = statement.join(had, (had.c.provider_id == providers.c.id) & (had.c.resource_class == name))
        statement = statement.where(fits(had, bindparam(f"amount_{place}", type_=Integer)))
        columns.append((had.c.capacity - had.c.used).label(f"free_{name}"))
        weight = weight + cast(had.c.capacity - had.c.used, Float) / had.c.capacity
    statement = statement.add_columns(*columns).order_by(weight.desc(), func.random())
    return statement.limit(bindparam("most", type_=Integer))


@lru_cache(maxsize=64)
def _usual(names: tuple[str, ...], required: frozenset[str], forbidden: frozenset[str]) -> Prepared:
    """What most servers ask: amounts and traits."""
    return Prepared(_traited(_with_room(names), required, forbidden))


def _about(table: Table, ids: list[str] | None) -> Select[Any]:
    return select(table) if ids is None else select(table).where(table.c.provider_id.in_(ids))


def _granted_by_tree(root: FromClause, wish: Wish) -> Iterator[ColumnElement[bool]]:
    """Conditions that a tree must meet to grant the wish by itself; together they are not enough.

    One `exists` inside the other: a join might be read from the side of all who have the class.
    """
    for name, amount in wish.resources.items():
        holder, had = providers.alias(), inventories.alias()
        has_room = exists().where(
            had.c.provider_id == holder.c.id, had.c.resource_class == name, fits(had, literal(amount, Integer))
        )
        yield exists().where(holder.c.root_id == root.c.id, has_room)
    for any_of in wish.required:
        holder = providers.alias()
        yield exists().where(holder.c.root_id == root.c.id, _traits_of(holder.c.id, any_of))
    for any_of in wish.member_of:
        holder, member = providers.alias(), provider_aggregates.alias()
        is_member = exists().where(member.c.provider_id == holder.c.id, member.c.aggregate_id.in_(sorted(any_of)))
        yield exists().where(holder.c.root_id == root.c.id, is_member)
    if wish.in_tree is not None:
        tree = providers.alias()
        yield root.c.id == select(tree.c.root_id).where(tree.c.id == wish.in_tree).scalar_subquery()


def _traits_of(provider_id: ColumnElement[Any], any_of: frozenset[str]) -> ColumnElement[bool]:
    borne = provider_traits.alias()
    return exists().where(borne.c.provider_id == provider_id, borne.c.trait.in_(sorted(any_of)))


def _by_provider(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.provider_id].append(row)
    return found


def _filtered(statement: Select[Any], request: CandidateRequest) -> Select[Any]:
    """`statement` with every condition of the request that is not about amounts."""
    statement = _traited(statement, request.required, request.forbidden)
    if request.in_provider is not None:
        statement = statement.where(providers.c.id == request.in_provider)
    if request.not_in:
        statement = statement.where(providers.c.id.not_in(sorted(request.not_in)))
    for bound in request.bounds:
        statement = statement.where(_within(bound))
    return statement


def _traited(statement: Select[Any], required: frozenset[str], forbidden: frozenset[str]) -> Select[Any]:
    for trait in sorted(required):
        statement = statement.where(_has_trait(trait))
    for trait in sorted(forbidden):
        statement = statement.where(~_has_trait(trait))
    return statement


def _has_trait(trait: str) -> ColumnElement[bool]:
    return exists().where(provider_traits.c.provider_id == providers.c.id, provider_traits.c.trait == trait)


def _within(bound: Bound) -> ColumnElement[bool]:
    ids = sorted(bound.ids)
    belongs: ColumnElement[bool] = providers.c.id.in_(ids)
    if bound.is_of_aggregates:
        belongs = exists().where(
            provider_aggregates.c.provider_id == providers.c.id, provider_aggregates.c.aggregate_id.in_(ids)
        )
    return belongs if bound.is_inside else ~belongs
