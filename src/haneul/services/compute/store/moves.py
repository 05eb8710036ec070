"""Rows of moves: of every server one at most is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Select, insert, or_, select, update

from haneul.kit.db import Database
from haneul.kit.errors import NotFound
from haneul.kit.paging import Page
from haneul.services.compute.model import FlavorSnapshot, Move, MoveKind, MoveStatus, ServerId
from haneul.services.compute.store.tables import server_moves

OPEN = frozenset({MoveStatus.ACCEPTED, MoveStatus.RUNNING, MoveStatus.FINISHED})
_FLAVORS = ("old_flavor", "new_flavor")


@dataclass(frozen=True)
class MoveFilter:
    """Which moves: None where it does not matter."""

    server_id: str | None = None
    kind: str | None = None
    status: str | None = None
    source_id: str | None = None
    host_id: str | None = None
    """From it or to it."""
    project_id: str | None = None
    user_id: str | None = None
    changed_since: datetime | None = None
    changed_before: datetime | None = None
    is_newest_first: bool = True


class MoveStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, move: Move) -> None:
        values = {name: value for name, value in vars(move).items() if name != "number"}
        with self.db.write() as c:
            c.execute(insert(server_moves).values(values | {"is_open": move.status in OPEN}))

    def find(self, move_id: str) -> Move | None:
        """By its id or, as the API names it, by its number."""
        mine = server_moves.c.id == move_id
        if move_id.isascii() and move_id.isdigit():
            mine = server_moves.c.number == int(move_id)
        return next(iter(self._read(select(server_moves).where(mine))), None)

    def get(self, move_id: str) -> Move:
        """Raises NotFound("move.absent")."""
        found = self.find(move_id)
        if found is None:
            raise NotFound("move.absent", f"Migration {move_id} could not be found.")
        return found

    def open_of(self, server_id: str) -> Move | None:
        """The server's move that has not come to its end."""
        wanted = select(server_moves).where(server_moves.c.server_id == server_id, server_moves.c.is_open)
        return next(iter(self._read(wanted)), None)

    def list_open(self) -> Sequence[Move]:
        return self._read(select(server_moves).where(server_moves.c.is_open))

    def list_finished(self, before: datetime) -> Sequence[Move]:
        """Those that wait to be confirmed since then."""
        status = server_moves.c.status == MoveStatus.FINISHED.value
        return self._read(
            select(server_moves).where(server_moves.c.is_open, status, server_moves.c.updated_at < before)
        )

    def change(self, move_id: str, now: datetime, **values: Any) -> None:
        """Set columns; with a status that ends the move it is no more open."""
        status = values.get("status")
        if status is not None:
            values["is_open"] = status in OPEN
        with self.db.write() as c:
            c.execute(update(server_moves).where(server_moves.c.id == move_id).values(updated_at=now, **values))

    def _read(self, statement: Select[Any]) -> list[Move]:
        with self.db.read() as c:
            return [_move(row) for row in c.execute(statement)]

    def list(self, wanted: MoveFilter, page: Page, marker: Move | None = None) -> Sequence[Move]:
        statement = _selected(wanted).limit(page.limit)
        number = server_moves.c.number
        if marker is not None:
            statement = statement.where(number < marker.number if wanted.is_newest_first else number > marker.number)
        return self._read(statement.order_by(number.desc() if wanted.is_newest_first else number))


def _selected(wanted: MoveFilter) -> Select[Any]:
    columns = server_moves.c
    statement = select(server_moves)
    for name in ("server_id", "kind", "status", "source_id", "project_id", "user_id"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(columns[name] == value)
    if wanted.host_id is not None:
        statement = statement.where(or_(columns.source_id == wanted.host_id, columns.target_id == wanted.host_id))
    if wanted.changed_since is not None:
        statement = statement.where(columns.updated_at >= wanted.changed_since)
    if wanted.changed_before is not None:
        statement = statement.where(columns.updated_at <= wanted.changed_before)
    return statement


def _move(row: Row[Any]) -> Move:
    values = {name: value for name, value in row._mapping.items() if name != "is_open"}
    values |= {name: msgspec.convert(values[name], FlavorSnapshot) for name in _FLAVORS}
    values |= {
        "server_id": ServerId(row.server_id),
        "kind": MoveKind(row.kind),
        "status": MoveStatus(row.status),
    }
    return Move(**values)
