"""Where there is room, as one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Row, Select, cast, exists, func, select

from haneul.kit.db import Database
from haneul.services.placement.model import Bound, Candidate, CandidateRequest, ProviderId, Room
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
        names = sorted(name for name, amount in request.resources.items() if amount)
        columns: list[ColumnElement[int]] = []
        weight: ColumnElement[float] = cast(0, Float)
        statement: Select[Any] = select(providers.c.id, providers.c.name)
        for name in names:
            had = inventories.alias()
            statement = statement.join(
                had, (had.c.provider_id == providers.c.id) & (had.c.resource_class == name)
            ).where(fits(had, request.resources[name]))
            columns.append((had.c.capacity - had.c.used).label(f"free_{name}"))
            weight = weight + cast(had.c.capacity - had.c.used, Float) / had.c.capacity
        statement = _filtered(statement.add_columns(*columns), request)
        statement = statement.order_by(weight.desc(), func.random()).limit(request.limit)
        with self.db.read() as c:
            rows = c.execute(statement).all()
        return [Candidate(ProviderId(row[0]), row[1], dict(zip(names, row[2:], strict=True))) for row in rows]

    def rooms(self) -> list[Room]:
        """Every provider with all about it, by name."""
        with self.db.read() as c:
            everyone = c.execute(select(providers).order_by(providers.c.name)).all()
            had = _by_provider(c.execute(select(inventories)).all())
            traits = _by_provider(c.execute(select(provider_traits)).all())
            groups = _by_provider(c.execute(select(provider_aggregates)).all())
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


def _by_provider(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.provider_id].append(row)
    return found


def _filtered(statement: Select[Any], request: CandidateRequest) -> Select[Any]:
    """`statement` with every condition of the request that is not about amounts."""
    for trait in sorted(request.required):
        statement = statement.where(_has_trait(trait))
    for trait in sorted(request.forbidden):
        statement = statement.where(~_has_trait(trait))
    if request.in_provider is not None:
        statement = statement.where(providers.c.id == request.in_provider)
    if request.not_in:
        statement = statement.where(providers.c.id.not_in(sorted(request.not_in)))
    for bound in request.bounds:
        statement = statement.where(_within(bound))
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
