"""Rows of keypairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database
from haneul.kit.errors import Conflict
from haneul.services.compute.model import Keypair, KeyType
from haneul.services.compute.store.tables import keypairs


class KeypairStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, user_id: str, name: str) -> Keypair | None:
        wanted = select(keypairs).where(keypairs.c.user_id == user_id, keypairs.c.name == name)
        with self.db.read() as c:
            row = c.execute(wanted).first()
        return None if row is None else _keypair(row)

    def list(self, user_id: str, marker: str | None = None, limit: int | None = None) -> Sequence[Keypair]:
        """The user's keypairs by name, after the one called `marker`."""
        wanted = select(keypairs).where(keypairs.c.user_id == user_id).order_by(keypairs.c.name).limit(limit)
        if marker is not None:
            wanted = wanted.where(keypairs.c.name > marker)
        with self.db.read() as c:
            return [_keypair(row) for row in c.execute(wanted)]

    def count(self, user_id: str) -> int:
        with self.db.read() as c:
            return c.scalar(select(func.count()).select_from(keypairs).where(keypairs.c.user_id == user_id)) or 0

    def add(self, keypair: Keypair) -> Keypair:
        """Raises Conflict("keypair.exists"). Answers with the number that it got."""
        values = {
            "user_id": keypair.user_id,
            "name": keypair.name,
            "type": keypair.type.value,
            "public_key": keypair.public_key,
            "fingerprint": keypair.fingerprint,
            "created_at": keypair.created_at,
        }
        try:
            with self.db.write() as c, c.begin_nested():
                row = c.execute(insert(keypairs).values(values).returning(keypairs)).one()
        except IntegrityError as error:
            raise Conflict(
                "keypair.exists", f"Key pair '{keypair.name}' already exists: choose another name."
            ) from error
        return _keypair(row)

    def remove(self, user_id: str, name: str) -> bool:
        """True if there was one."""
        with self.db.write() as c:
            gone = c.execute(delete(keypairs).where(keypairs.c.user_id == user_id, keypairs.c.name == name))
        return gone.rowcount > 0


def _keypair(row: Row[Any]) -> Keypair:
    return Keypair(
        row.number, row.user_id, row.name, KeyType(row.type), row.public_key, row.fingerprint, row.created_at
    )
