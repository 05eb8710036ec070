"""Drop what time has made meaningless."""

from __future__ import annotations

from haneul.services.identity.parts import Parts


def forget_expired(parts: Parts) -> None:
    """Marks of revoked tokens that have expired since, trusts that have ended, and what was good only for a while."""
    now = parts.clock.now()
    trusts = parts.store.trusts.table
    with parts.db.write():
        parts.store.revoked.forget_expired(now)
        parts.store.trusts.remove_where(trusts.c.expires_at < now)
        parts.store.expiring.forget_expired(now)
        parts.store.request_tokens.forget_expired(now)
        parts.store.nonces.forget_expired(now)
