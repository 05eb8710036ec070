"""What changed here and is not yet so in the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from haneul.kit.db import Database, Prepared, Timestamp
from haneul.kit.ids import new_hex
from haneul.services.network.driver import Kind, Owned
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


_mine = (pending.c.kind == bindparam("kind"), pending.c.id == bindparam("id"))
_DUE = Prepared(
    select(pending)
    .where(pending.c.due_at <= bindparam("now", type_=Timestamp))
    .order_by(pending.c.due_at)
    .limit(bindparam("most", type_=Integer))
)
_OF = Prepared(select(pending).where(*_mine))
_DONE = Prepared(delete(pending).where(*_mine, pending.c.stamp == bindparam("stamp")))


def _marking(is_sqlite: bool) -> Prepared:
    """Adds a thing, or marks it again."""
    insert: Any = sqlite.insert(pending) if is_sqlite else postgresql.insert(pending)
    fresh = {name: insert.excluded[name] for name in ("stamp", "tries", "due_at", "error")}
    insert = insert.values({column.name: bindparam(column.name, type_=column.type) for column in pending.c})
    return Prepared(insert.on_conflict_do_update(index_elements=["kind", "id"], set_=fresh))


class PendingRows:
    def __init__(self, db: Database) -> None:
        self.db = db
        self._mark = _marking(db.is_sqlite)

    def mark(self, kind: Kind, ids: Iterable[str], now: datetime) -> None:
        """The things of these ids have changed, come or gone."""
        values = {"kind": kind.value, "stamp": new_hex(), "tries": 0, "due_at": now, "error": ""}
        with self.db.write() as connection:
            self._mark.run_each(connection, [values | {"id": each} for each in dict.fromkeys(ids)])

    def due(self, now: datetime, limit: int) -> list[Pending]:
        with self.db.read() as connection:
            rows = _DUE.rows(connection, now=now, most=limit)
            return [Pending(Kind(row.kind), row.id, row.stamp, row.tries) for row in rows]

    def of(self, wanted: Iterable[Owned]) -> list[Pending]:
        """Those of the things that are still to be told."""
        found = []
        with self.db.read() as connection:
            for each in wanted:
                row = _OF.first(connection, kind=each.kind, id=each.id)
                if row is not None:
                    found.append(Pending(each.kind, row.id, row.stamp, row.tries))
        return found

    def done(self, told: Iterable[Pending]) -> None:
        """The world knows them; what changed since has another stamp and stays."""
        with self.db.write(is_lasting=False) as connection:
            _DONE.run_each(connection, [{"kind": each.kind, "id": each.id, "stamp": each.stamp} for each in told])

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
