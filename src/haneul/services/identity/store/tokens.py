"""Which tokens are void, and the number that changes with everything that tokens depend on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from haneul.kit.db import Database
from haneul.services.identity.store.tables import identity_version, revoked_tokens


class RevokedTokens:
    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, audit_id: str, expires_at: datetime) -> None:
        if not self.has((audit_id,)):
            with self.db.write() as connection:
                connection.execute(insert(revoked_tokens).values(audit_id=audit_id, expires_at=expires_at))

    def has(self, audit_ids: tuple[str, ...]) -> bool:
        with self.db.read() as connection:
            return (
                connection.execute(
                    select(revoked_tokens.c.audit_id).where(revoked_tokens.c.audit_id.in_(audit_ids))
                ).first()
                is not None
            )

    def forget_expired(self, now: datetime) -> None:
        with self.db.write() as connection:
            connection.execute(delete(revoked_tokens).where(revoked_tokens.c.expires_at < now))


class Version:
    """A number that rises with every change that a token's meaning may depend on.

    On SQLite the database has one process, which counts in memory; on PostgreSQL every replica reads the row.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self._counted = 0

    def number(self) -> int:
        if self.db.is_sqlite:
            return self._counted
        with self.db.read() as connection:
            return connection.execute(select(identity_version.c.number)).scalar() or 0

    def raise_it(self) -> None:
        """Part of the surrounding transaction; counts from its commit on."""
        if self.db.is_sqlite:
            self.db.after_commit(self._count)
            return
        with self.db.write() as connection:
            changed = connection.execute(update(identity_version).values(number=identity_version.c.number + 1))
            if changed.rowcount == 0:
                connection.execute(insert(identity_version).values(id=1, number=1))

    def _count(self) -> None:
        self._counted += 1
