"""Rows of the permissions to open consoles: a server's go with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from haneul.kit.db import Database
from haneul.services.compute.model import ConsoleGrant, ConsoleKind
from haneul.services.compute.store.tables import console_grants


class ConsoleStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, token_hash: str, grant: ConsoleGrant, now: datetime) -> None:
        """Keep it, and clear away what has expired."""
        with self.db.write() as c:
            c.execute(delete(console_grants).where(console_grants.c.expires_at <= now))
            c.execute(
                insert(console_grants).values(
                    token_hash=token_hash,
                    server_id=grant.server_id,
                    kind=grant.kind.value,
                    expires_at=grant.expires_at,
                )
            )

    def find(self, token_hash: str, now: datetime) -> ConsoleGrant | None:
        """None for one that is unknown, used or too old."""
        mine = (console_grants.c.token_hash == token_hash) & (console_grants.c.expires_at > now)
        with self.db.read() as c:
            row = c.execute(select(console_grants).where(mine)).first()
        return None if row is None else _grant(row)

    def use(self, token_hash: str, now: datetime) -> ConsoleGrant | None:
        """As `find`, and nobody finds it again."""
        with self.db.write() as c:
            found = self.find(token_hash, now)
            used = c.execute(delete(console_grants).where(console_grants.c.token_hash == token_hash)).rowcount
        return found if used else None


def _grant(row: Row[Any]) -> ConsoleGrant:
    return ConsoleGrant(row.server_id, ConsoleKind(row.kind), row.expires_at)
