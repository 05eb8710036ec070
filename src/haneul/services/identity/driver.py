"""What identity asks of the world: the keys of those who vouch for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from haneul.services.identity.model import TrustedIssuer


class Issuers(Protocol):
    """OpenID Connect issuers whose tokens the operator lets in."""

    def trusted(self) -> Sequence[TrustedIssuer]: ...

    def keys(self, issuer: TrustedIssuer, *, fresh: bool = False) -> Mapping[str, Any]:
        """Its public keys as a JWK Set (RFC 7517).

        `fresh` looks whether there are newer ones than those known, at most once a minute: whoever shows tokens of
        unknown keys must not make this cloud ask without end. Raises Unavailable `federation.keys`.
        """
        ...
