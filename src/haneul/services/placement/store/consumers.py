"""Rows of consumers: whose they are, and what they hold in all."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from haneul.kit.db import Database, Prepared, inserting, updating
from haneul.services.placement.model import Consumer, ConsumerId, Usage
from haneul.services.placement.store.tables import allocations, consumers

UNKNOWN_TYPE = "unknown"
"""The type of a consumer of which nobody said it."""


_BY_ID = Prepared(select(consumers).where(consumers.c.id == bindparam("consumer_id")))
_ADD = inserting(consumers, consumers.c.keys())
_CHANGE = updating(consumers, consumers.c.id, ("project_id", "user_id", "generation", "consumer_type", "updated_at"))


class ConsumerRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, consumer_id: ConsumerId) -> Consumer | None:
        with self.db.read() as c:
            row = _BY_ID.first(c, consumer_id=consumer_id)
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
            if _CHANGE.run(c, of=consumer.id, **values) == 0:
                _ADD.run(c, id=consumer.id, created_at=now, **values)

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


def _consumer(row: Any) -> Consumer:
    return Consumer(ConsumerId(row.id), row.project_id, row.user_id, row.generation, row.consumer_type)
