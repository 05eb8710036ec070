"""Receipts for half a sign-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from haneul.services.identity.model import Project, Receipt, User
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.proof import Proof, refused

_LIFETIME_S = 300
_MARK = "receipt"


class _Sealed(msgspec.Struct, array_like=True, frozen=True):
    mark: str
    user_id: str
    epoch: int
    methods: tuple[str, ...]
    expires_s: float


class Receipts:
    """Sealed with the keys of tokens, but never taken for one: the mark tells them apart."""

    def __init__(self, parts: Parts) -> None:
        self._keys = parts.token_keys
        self._clock = parts.clock
        self._users = parts.store.users
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(_Sealed)

    def make(
        self, user: User, domain: Project, methods: tuple[str, ...], required: tuple[tuple[str, ...], ...]
    ) -> Receipt:
        now = self._clock.now()
        expires_at = now + timedelta(seconds=_LIFETIME_S)
        sealed = _Sealed(_MARK, user.id, user.epoch, methods, expires_at.timestamp())
        text = self._keys.seal(self._encoder.encode(sealed), now).rstrip(b"=").decode()
        return Receipt(user, domain, methods, required, now, expires_at, text)

    def proof(self, text: str) -> Proof:
        """What the receipt's holder proved; Unauthenticated if it is no receipt, too old or void."""
        plain = self._keys.open(text.encode("ascii", "replace") + b"=" * (-len(text) % 4))
        try:
            sealed = self._decoder.decode(plain or b"")
        except msgspec.DecodeError:
            raise refused() from None
        user = self._users.find(sealed.user_id)
        is_late = datetime.fromtimestamp(sealed.expires_s, UTC) <= self._clock.now()
        if sealed.mark != _MARK or is_late or user is None or user.epoch != sealed.epoch:
            raise refused()
        return Proof(user, sealed.methods)
