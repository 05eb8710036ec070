"""Rows of consumers: whose they are, and what they hold in all."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from haneul.kit.db import Database
from haneul.services.placement.model import Consumer, ConsumerId, Usage
from haneul.services.placement.store.tables import allocations, consumers

UNKNOWN_TYPE = "unknown"
"""The type of a consumer of which nobody said it."""


class ConsumerRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, consumer_id: ConsumerId) -> Consumer | None:
        with self.db.read() as c:
            row = c.execute(select(consumers).where(consumers.c.id == consumer_id)).first()
        return None if row is None else _consumer(row)

    def put(self, consumer: Consumer, now: datetime) -> None:
        """Add it, or change whose it is and its generation."""
        values = {
            "project_id": consumer.project_id,
            "user_id": consumer.user_id,
            "generation": consumer.generation,
            "consumer_type": consumer.consumer_type,
            "updated_at": now,
        }
        with self.db.write() as c:
            changed = c.execute(update(consumers).where(consumers.c.id == consumer.id).values(values))
            if changed.rowcount == 0:
                c.execute(insert(consumers).values(values | {"id": consumer.id, "created_at": now}))

    def usages(self, project_id: str, user_id: str | None) -> list[Usage]:
        """What a project holds, or one of its users, by consumer type."""
        kind = func.coalesce(consumers.c.consumer_type, UNKNOWN_TYPE)
        mine = consumers.c.project_id == project_id
        mine = mine if user_id is None else mine & (consumers.c.user_id == user_id)
        held = select(kind.label("kind"), allocations.c.resource_class, func.sum(allocations.c.used).label("used"))
        held = held.join(consumers, consumers.c.id == allocations.c.consumer_id).where(mine)
        counts = select(kind.label("kind"), func.count().label("count")).where(mine).group_by(kind)
        with self.db.read() as c:
            lines = c.execute(held.group_by(kind, allocations.c.resource_class)).all()
            count_by_kind = {row.kind: int(row[1]) for row in c.execute(counts)}
        resources: dict[str, dict[str, int]] = defaultdict(dict)
        for line in lines:
            resources[line.kind][line.resource_class] = int(line.used)
        return [Usage(name, count_by_kind[name], resources[name]) for name in sorted(resources)]


def _consumer(row: Row[Any]) -> Consumer:
    return Consumer(ConsumerId(row.id), row.project_id, row.user_id, row.generation, row.consumer_type)
