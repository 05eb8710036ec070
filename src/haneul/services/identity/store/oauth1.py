"""OAuth 1.0a's consumers and tokens in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from haneul.kit.db import Database
from haneul.services.identity.model import AccessToken, Consumer, RequestToken
from haneul.services.identity.store.federation_tables import (
    oauth1_access_tokens,
    oauth1_consumers,
    oauth1_nonces,
    oauth1_request_tokens,
)
from haneul.services.identity.store.rows import Rows


class ConsumerRows(Rows[Consumer]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, oauth1_consumers, Consumer)


class RequestTokenRows(Rows[RequestToken]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, oauth1_request_tokens, RequestToken)

    def forget_expired(self, now: datetime) -> None:
        self.remove_where(self.table.c.expires_at < now)


class AccessTokenRows(Rows[AccessToken]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, oauth1_access_tokens, AccessToken)


class Nonces:
    """Which signed requests were seen, so that none counts twice."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def use(self, nonce_id: str, expires_at: datetime) -> bool:
        """False if it was used before."""
        with self.db.write() as connection:
            if connection.execute(select(oauth1_nonces.c.id).where(oauth1_nonces.c.id == nonce_id)).first():
                return False
            connection.execute(insert(oauth1_nonces).values(id=nonce_id, expires_at=expires_at))
            return True

    def forget_expired(self, now: datetime) -> None:
        with self.db.write() as connection:
            connection.execute(delete(oauth1_nonces).where(oauth1_nonces.c.expires_at < now))
