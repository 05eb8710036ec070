"""What changed here and is not yet so in the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database
from haneul.kit.ids import new_hex
from haneul.services.network.driver import Kind, Owned
from haneul.services.network.store.rows import chunked
from haneul.services.network.store.tables import pending


@dataclass(frozen=True)
class Pending:
    """A thing that the world must be told of."""

    kind: Kind
    id: str
    stamp: str
    """Different after every change of the thing, so that a change made meanwhile is not forgotten."""
    tries: int

    @property
    def owned(self) -> Owned:
        return Owned(self.kind, self.id)


def _update(connection: Connection, kind: Kind, ids: list[str], values: dict[str, Any]) -> list[str]:
    """Mark again those that are marked already; answers the others."""
    mine = and_(pending.c.kind == kind, pending.c.id.in_(ids))
    connection.execute(update(pending).where(mine).values(values))
    present = set(connection.execute(select(pending.c.id).where(mine)).scalars())
    return [each for each in ids if each not in present]


class PendingRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def mark(self, kind: Kind, ids: Iterable[str], now: datetime) -> None:
        """The things of these ids have changed, come or gone."""
        with self.db.write() as connection:
            for some in chunked(ids):
                values = {"stamp": new_hex(), "tries": 0, "due_at": now, "error": ""}
                missing = _update(connection, kind, some, values)
                while missing:
                    try:
                        with connection.begin_nested():
                            rows = [values | {"kind": kind.value, "id": each} for each in missing]
                            connection.execute(insert(pending), rows)
                        missing = []
                    except IntegrityError:  # Somebody else marked one of them in this moment.
                        missing = _update(connection, kind, missing, values)

    def due(self, now: datetime, limit: int) -> list[Pending]:
        statement = select(pending).where(pending.c.due_at <= now).order_by(pending.c.due_at).limit(limit)
        with self.db.read() as connection:
            rows = connection.execute(statement)
            return [Pending(Kind(row.kind), row.id, row.stamp, row.tries) for row in rows]

    def of(self, wanted: Iterable[Owned]) -> list[Pending]:
        """Those of the things that are still to be told."""
        found = []
        with self.db.read() as connection:
            for each in wanted:
                mine = and_(pending.c.kind == each.kind, pending.c.id == each.id)
                row = connection.execute(select(pending).where(mine)).first()
                if row is not None:
                    found.append(Pending(each.kind, row.id, row.stamp, row.tries))
        return found

    def done(self, told: Iterable[Pending]) -> None:
        """The world knows them; what changed since has another stamp and stays."""
        by_stamp: dict[tuple[Kind, str], list[str]] = {}
        for each in told:
            by_stamp.setdefault((each.kind, each.stamp), []).append(each.id)
        with self.db.write() as connection:
            for (kind, stamp), ids in by_stamp.items():
                for some in chunked(ids):
                    mine = and_(pending.c.kind == kind, pending.c.stamp == stamp, pending.c.id.in_(some))
                    connection.execute(delete(pending).where(mine))

    def failed(self, each: Pending, error: str, due_at: datetime) -> None:
        mine = and_(pending.c.kind == each.kind, pending.c.id == each.id, pending.c.stamp == each.stamp)
        with self.db.write() as connection:
            values = {"tries": each.tries + 1, "error": error, "due_at": due_at}
            connection.execute(update(pending).where(mine).values(values))

    def count(self) -> int:
        with self.db.read() as connection:
            return int(connection.execute(select(func.count()).select_from(pending)).scalar_one())

    def errors(self) -> list[tuple[Kind, str, str]]:
        """Kind, id and reason of what the world has refused so far."""
        statement = select(pending.c.kind, pending.c.id, pending.c.error).where(pending.c.error != "")
        with self.db.read() as connection:
            return [(Kind(row[0]), row[1], row[2]) for row in connection.execute(statement)]
