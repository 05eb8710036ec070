"""Rows of what consumers hold, taken by compare-and-set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, and_, bindparam, delete, select, update

from haneul.kit.db import Database, Prepared, Timestamp, inserting
from haneul.services.placement.model import Claim, ConsumerId, ProviderId
from haneul.services.placement.store.tables import allocations, consumers, inventories


def fits(had: FromClause, amount: ColumnElement[int]) -> ColumnElement[bool]:
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
        with self.db.write() as c:
            return _TAKE.run(c, of=provider_id, of_class=resource_class, amount=amount) == 1

    def give_back(self, consumer_id: ConsumerId) -> int:
        """Delete what the consumer holds; how many lines that were."""
        with self.db.write() as c:
            held = _HELD.rows(c, consumer_id=consumer_id)
            if held:
                lines = [(row.provider_id, row.resource_class, row.used) for row in held]
                _GIVE.run_each(c, [{"of": p, "of_class": r, "amount": used} for p, r, used in lines])
                _DROP.run(c, consumer_id=consumer_id)
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
            _ADD.run_each(c, rows)

    def forget_consumer(self, consumer_id: ConsumerId) -> None:
        with self.db.write() as c:
            _FORGET.run(c, consumer_id=consumer_id)

    def of_servers(self) -> list[Claim]:
        """Those of the cloud's own services: what other clients of the API hold is their own affair."""
        return self.list(consumers.c.consumer_type == SERVER)

    def of_consumer(self, consumer_id: ConsumerId) -> list[Claim]:
        with self.db.read() as c:
            return _claims(_OF_CONSUMER.rows(c, consumer_id=consumer_id))

    def of_provider(self, provider_id: ProviderId) -> list[Claim]:
        return self.list(allocations.c.provider_id == provider_id)

    def _put_consumer(self, claim: Claim, now: datetime) -> None:
        values = {"project_id": claim.project_id, "user_id": claim.user_id, "updated_at": now}
        with self.db.write() as c:
            if _SET_CONSUMER.run(c, of=claim.consumer_id, **{f"new_{name}": value for name, value in values.items()}):
                return
            fresh = {"id": claim.consumer_id, "consumer_type": SERVER, "generation": 1, "created_at": now}
            _ADD_CONSUMER.run(c, **values, **fresh)

    def list(self, which: ColumnElement[bool] | None = None) -> list[Claim]:
        """One line per consumer and provider."""
        statement = _LINES if which is None else _LINES.where(which)
        with self.db.read() as c:
            return _claims(c.execute(statement).all())


_LINES = (
    select(allocations, consumers.c.project_id, consumers.c.user_id)
    .join(consumers, consumers.c.id == allocations.c.consumer_id)
    .order_by(allocations.c.consumer_id)
)
_mine = (allocations.c.consumer_id == bindparam("consumer_id"),)
_OF_CONSUMER = Prepared(_LINES.where(*_mine))
_HELD = Prepared(select(allocations).where(*_mine))
_DROP = Prepared(delete(allocations).where(*_mine))
_ADD = inserting(allocations, allocations.c.keys())
_FORGET = Prepared(delete(consumers).where(consumers.c.id == bindparam("consumer_id")))
_ADD_CONSUMER = inserting(consumers, consumers.c.keys())
_SET_CONSUMER = Prepared(
    update(consumers)
    .where(consumers.c.id == bindparam("of"))
    .values(
        project_id=bindparam("new_project_id"),
        user_id=bindparam("new_user_id"),
        consumer_type=SERVER,
        generation=consumers.c.generation + 1,
        updated_at=bindparam("new_updated_at", type_=Timestamp),
    )
)
_amount = bindparam("amount", type_=Integer)
_inventory = (
    inventories.c.provider_id == bindparam("of"),
    inventories.c.resource_class == bindparam("of_class"),
)
_TAKE = Prepared(
    update(inventories).where(*_inventory, fits(inventories, _amount)).values(used=inventories.c.used + _amount)
)
_GIVE = Prepared(update(inventories).where(*_inventory).values(used=inventories.c.used - _amount))


def _claims(rows: Sequence[Any]) -> list[Claim]:
    """One for each consumer and provider."""
    held: dict[tuple[str, str, str, str], dict[str, int]] = defaultdict(dict)
    for row in rows:
        key = (row.consumer_id, row.provider_id, row.project_id, row.user_id)
        held[key][row.resource_class] = row.used
    return [
        Claim(ConsumerId(consumer), ProviderId(provider), resources, project, user)
        for (consumer, provider, project, user), resources in held.items()
    ]
