"""Drop what time has made meaningless."""

from __future__ import annotations

from haneul.services.identity.parts import Parts


def forget_expired(parts: Parts) -> None:
    """Marks of revoked tokens that have expired since, and trusts that have ended."""
    now = parts.clock.now()
    trusts = parts.store.trusts.table
    with parts.db.write():
        parts.store.revoked.forget_expired(now)
        parts.store.trusts.remove_where(trusts.c.expires_at < now)
