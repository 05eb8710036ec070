"""Rows of what consumers hold, taken by compare-and-set."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, delete, insert, select, update

from haneul.kit.db import Database
from haneul.services.placement.model import Claim, ConsumerId, ProviderId
from haneul.services.placement.store.tables import allocations, consumers, inventories


def fits(had: FromClause, amount: int) -> ColumnElement[bool]:
    """That `had`, inventories or an alias of it, has so much left and gives it in one portion."""
    return and_(
        had.c.used + amount <= had.c.capacity,
        had.c.min_unit <= amount,
        had.c.max_unit >= amount,
        amount % had.c.step_size == 0,
    )


SERVER = "INSTANCE"
"""The type of consumer that a server is: the claims of this cloud's own services are of it."""


class ClaimRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def take(self, provider_id: ProviderId, resource_class: str, amount: int) -> bool:
        """Count `amount` more as used; False, and nothing done, when the provider has not so much left."""
        mine = (inventories.c.provider_id == provider_id) & (inventories.c.resource_class == resource_class)
        statement = update(inventories).where(mine, fits(inventories, amount)).values(used=inventories.c.used + amount)
        with self.db.write() as c:
            return c.execute(statement).rowcount == 1

    def give_back(self, consumer_id: ConsumerId) -> int:
        """Delete what the consumer holds; how many lines that were."""
        with self.db.write() as c:
            held = c.execute(select(allocations).where(allocations.c.consumer_id == consumer_id)).all()
            for row in held:
                mine = (inventories.c.provider_id == row.provider_id) & (
                    inventories.c.resource_class == row.resource_class
                )
                c.execute(update(inventories).where(mine).values(used=inventories.c.used - row.used))
            c.execute(delete(allocations).where(allocations.c.consumer_id == consumer_id))
        return len(held)

    def write(self, claim: Claim, now: datetime) -> None:
        """Write down what has been taken for the consumer, and whose it is."""
        with self.db.write():
            self._put_consumer(claim, now)
            self.write_lines(claim, now)

    def write_lines(self, claim: Claim, now: datetime) -> None:
        """Write down what has been taken for a consumer that is known."""
        rows = [
            {
                "consumer_id": claim.consumer_id,
                "provider_id": claim.provider_id,
                "resource_class": resource_class,
                "used": amount,
                "created_at": now,
            }
            for resource_class, amount in claim.resources.items()
        ]
        with self.db.write() as c:
            c.execute(insert(allocations), rows)

    def forget_consumer(self, consumer_id: ConsumerId) -> None:
        with self.db.write() as c:
            c.execute(delete(consumers).where(consumers.c.id == consumer_id))

    def of_servers(self) -> list[Claim]:
        """Those of the cloud's own services: what other clients of the API hold is their own affair."""
        return self.list(consumers.c.consumer_type == SERVER)

    def of_consumer(self, consumer_id: ConsumerId) -> list[Claim]:
        return self.list(allocations.c.consumer_id == consumer_id)

    def of_provider(self, provider_id: ProviderId) -> list[Claim]:
        return self.list(allocations.c.provider_id == provider_id)

    def _put_consumer(self, claim: Claim, now: datetime) -> None:
        values = {
            "project_id": claim.project_id,
            "user_id": claim.user_id,
            "consumer_type": SERVER,
            "updated_at": now,
        }
        statement = update(consumers).where(consumers.c.id == claim.consumer_id)
        statement = statement.values(values | {"generation": consumers.c.generation + 1})
        with self.db.write() as c:
            if c.execute(statement).rowcount == 0:
                fresh = {"id": claim.consumer_id, "generation": 1, "created_at": now}
                c.execute(insert(consumers).values(values | fresh))

    def list(self, which: ColumnElement[bool] | None = None) -> list[Claim]:
        """One line per consumer and provider."""
        statement = select(allocations, consumers.c.project_id, consumers.c.user_id).join(
            consumers, consumers.c.id == allocations.c.consumer_id
        )
        statement = statement if which is None else statement.where(which)
        with self.db.read() as c:
            rows = c.execute(statement.order_by(allocations.c.consumer_id)).all()
        held: dict[tuple[str, str, str, str], dict[str, int]] = defaultdict(dict)
        for row in rows:
            key = (row.consumer_id, row.provider_id, row.project_id, row.user_id)
            held[key][row.resource_class] = row.used
        return [
            Claim(ConsumerId(consumer), ProviderId(provider), resources, project, user)
            for (consumer, provider, project, user), resources in held.items()
        ]
