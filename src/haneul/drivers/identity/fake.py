"""An issuer of its own: it signs tokens and tells its keys, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from haneul.kit.clock import Clock
from haneul.services.identity import TrustedIssuer

ISSUER = TrustedIssuer("https://sso.test", ("haneul",))


class FakeIssuers:
    def __init__(self, clock: Clock, issuers: Sequence[TrustedIssuer] = (ISSUER,)) -> None:
        self._clock = clock
        self._issuers = tuple(issuers)
        self._keys: list[ECKey] = []
        self._known: tuple[ECKey, ...] = ()
        self.rotate()

    def trusted(self) -> Sequence[TrustedIssuer]:
        return self._issuers

    def keys(self, issuer: TrustedIssuer, *, fresh: bool = False) -> Mapping[str, Any]:
        if fresh or not self._known:
            self._known = tuple(self._keys)
        return {"keys": [key.as_dict(private=False) for key in self._known]}

    def rotate(self) -> None:
        """From now on it signs with another key; its tokens of before stay good."""
        self._keys.append(ECKey.generate_key("P-256", {"kid": f"key-{len(self._keys)}", "use": "sig"}))

    def token(self, **claims: Any) -> str:
        """A token as it would give it to somebody: good for five minutes, for the first issuer and audience."""
        now = int(self._clock.now().timestamp())
        first = self._issuers[0]
        told = {"iss": first.url, "aud": first.audiences[0], "iat": now, "exp": now + 300, "sub": "f3a1", **claims}
        key = self._keys[-1]
        return jwt.encode({"alg": "ES256", "kid": str(key.kid)}, told, key)
