"""Rows of providers, with what they have and are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from haneul.kit.db import Database, Prepared, Timestamp
from haneul.kit.errors import Conflict, NotFound
from haneul.services.placement.model import Inventory, Provider, ProviderId
from haneul.services.placement.store.tables import (
    allocations,
    inventories,
    provider_aggregates,
    provider_traits,
    providers,
)

_BY_ID = Prepared(select(providers).where(providers.c.id == bindparam("provider_id")))
_TOUCH = Prepared(
    update(providers)
    .where(providers.c.id == bindparam("provider_id"))
    .values(generation=providers.c.generation + 1, updated_at=bindparam("now", type_=Timestamp))
)


class ProviderRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, provider_id: ProviderId) -> Provider | None:
        with self.db.read() as c:
            row = _BY_ID.first(c, provider_id=provider_id)
        return None if row is None else provider(row)

    def get(self, provider_id: ProviderId) -> Provider:
        """Raises NotFound."""
        found = self.find(provider_id)
        if found is None:
            raise NotFound("placement.no_provider", f"No resource provider {provider_id} found. List them first")
        return found

    def get_at(self, provider_id: ProviderId, generation: int | None) -> Provider:
        """The provider if it is still of this generation (None: of any); raises NotFound and Conflict."""
        found = self.get(provider_id)
        if generation not in (None, found.generation):
            raise Conflict(
                "placement.changed",
                f"Resource provider {provider_id} is of generation {found.generation} by now, not {generation}. "
                "Look at it again",
            )
        return found

    def find_by_name(self, name: str) -> Provider | None:
        with self.db.read() as c:
            row = c.execute(select(providers).where(providers.c.name == name)).first()
        return None if row is None else provider(row)

    def children(self, provider_id: ProviderId) -> list[ProviderId]:
        statement = select(providers.c.id).where(providers.c.parent_id == provider_id)
        with self.db.read() as c:
            return [ProviderId(found) for found in c.execute(statement).scalars()]

    def move(self, provider_id: ProviderId, parent_id: ProviderId | None, root_id: ProviderId) -> None:
        """Hang it below another one, or make it a root; those below it go along."""
        with self.db.write() as c:
            c.execute(update(providers).where(providers.c.id == provider_id).values(parent_id=parent_id))
            tree = [provider_id]
            for each in tree:
                tree.extend(self.children(each))
            c.execute(update(providers).where(providers.c.id.in_(tree)).values(root_id=root_id))

    def add(self, provider: Provider, now: datetime) -> None:
        values = {
            "id": provider.id,
            "name": provider.name,
            "generation": provider.generation,
            "parent_id": provider.parent_id,
            "root_id": provider.root_id,
            "created_at": now,
            "updated_at": now,
        }
        with self.db.write() as c:
            c.execute(insert(providers).values(values))

    def rename(self, provider_id: ProviderId, name: str, now: datetime) -> None:
        statement = update(providers).where(providers.c.id == provider_id)
        with self.db.write() as c:
            c.execute(statement.values(name=name, updated_at=now))

    def touch(self, provider_id: ProviderId, now: datetime) -> None:
        """Raise its generation: something about it has changed."""
        with self.db.write() as c:
            _TOUCH.run(c, provider_id=provider_id, now=now)

    def remove(self, provider_id: ProviderId) -> None:
        """Delete the provider and all about it; it may hold no allocations."""
        with self.db.write() as c:
            for table in (inventories, provider_traits, provider_aggregates):
                c.execute(delete(table).where(table.c.provider_id == provider_id))
            c.execute(delete(providers).where(providers.c.id == provider_id))

    def is_used(self, provider_id: ProviderId, resource_class: str | None = None) -> bool:
        """Whether anybody holds something of it."""
        statement = select(allocations.c.consumer_id).where(allocations.c.provider_id == provider_id)
        if resource_class is not None:
            statement = statement.where(allocations.c.resource_class == resource_class)
        with self.db.read() as c:
            return c.execute(statement.limit(1)).first() is not None

    def inventories(self, provider_id: ProviderId) -> dict[str, Inventory]:
        """By resource class."""
        statement = select(inventories).where(inventories.c.provider_id == provider_id)
        with self.db.read() as c:
            rows = c.execute(statement.order_by(inventories.c.resource_class)).all()
        return {row.resource_class: inventory(row) for row in rows}

    def put_inventory(self, provider_id: ProviderId, resource_class: str, new: Inventory) -> None:
        """Add or change what it has of one class; without a ratio it is given away once."""
        mine = (inventories.c.provider_id == provider_id) & (inventories.c.resource_class == resource_class)
        held = func.coalesce(func.sum(allocations.c.used), 0)
        used = select(held).where(
            allocations.c.provider_id == provider_id, allocations.c.resource_class == resource_class
        )
        values: dict[str, Any] = {
            "total": new.total,
            "reserved": new.reserved,
            "min_unit": new.min_unit,
            "max_unit": new.max_unit,
            "step_size": new.step_size,
            "allocation_ratio": 1.0 if new.allocation_ratio is None else new.allocation_ratio,
            "capacity": new.capacity(),
        }
        with self.db.write() as c:
            if c.execute(update(inventories).where(mine).values(values)).rowcount == 0:
                key = {"provider_id": provider_id, "resource_class": resource_class}
                c.execute(insert(inventories).values(values | key | {"used": used.scalar_subquery()}))

    def remove_inventory(self, provider_id: ProviderId, resource_class: str) -> None:
        mine = (inventories.c.provider_id == provider_id) & (inventories.c.resource_class == resource_class)
        with self.db.write() as c:
            c.execute(delete(inventories).where(mine))

    def aggregates(self, provider_id: ProviderId) -> frozenset[str]:
        statement = select(provider_aggregates.c.aggregate_id)
        with self.db.read() as c:
            return frozenset(c.execute(statement.where(provider_aggregates.c.provider_id == provider_id)).scalars())

    def set_aggregates(self, provider_id: ProviderId, wanted: Iterable[str]) -> None:
        rows = [{"provider_id": provider_id, "aggregate_id": name} for name in sorted(set(wanted))]
        with self.db.write() as c:
            c.execute(delete(provider_aggregates).where(provider_aggregates.c.provider_id == provider_id))
            if rows:
                c.execute(insert(provider_aggregates), rows)

    def used(self, provider_id: ProviderId) -> dict[str, int]:
        """How much is held of each class that it has."""
        statement = select(inventories.c.resource_class, inventories.c.used)
        with self.db.read() as c:
            rows = c.execute(statement.where(inventories.c.provider_id == provider_id)).all()
        return {row.resource_class: row.used for row in rows}

    def traits(self, provider_id: ProviderId) -> frozenset[str]:
        statement = select(provider_traits.c.trait).where(provider_traits.c.provider_id == provider_id)
        with self.db.read() as c:
            return frozenset(c.execute(statement).scalars())

    def with_trait(self, trait: str) -> frozenset[ProviderId]:
        """The providers that show it."""
        statement = select(provider_traits.c.provider_id).where(provider_traits.c.trait == trait)
        with self.db.read() as connection:
            return frozenset(ProviderId(row.provider_id) for row in connection.execute(statement))

    def set_traits(self, provider_id: ProviderId, wanted: Iterable[str]) -> None:
        rows = [{"provider_id": provider_id, "trait": name} for name in sorted(set(wanted))]
        with self.db.write() as c:
            c.execute(delete(provider_traits).where(provider_traits.c.provider_id == provider_id))
            if rows:
                c.execute(insert(provider_traits), rows)


def inventory(row: Row[Any] | Any) -> Inventory:
    return Inventory(
        total=row.total,
        reserved=row.reserved,
        min_unit=row.min_unit,
        max_unit=row.max_unit,
        step_size=row.step_size,
        allocation_ratio=row.allocation_ratio,
    )


def provider(row: Row[Any]) -> Provider:
    return Provider(row.id, row.name, row.generation, row.parent_id, row.root_id, row.updated_at)
