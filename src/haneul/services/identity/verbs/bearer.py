"""OpenID Connect tokens: what somebody's identity provider says about them, if it really says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from haneul.kit.errors import Unauthenticated, Unavailable
from haneul.services.identity.model import TrustedIssuer
from haneul.services.identity.model.mapping_rules import Attributes
from haneul.services.identity.parts import Parts

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key that only the issuer has; never one that this cloud could make itself."""
_CLOCK_SKEW_S = 60
_KINDS = ("RSA", "EC", "OKP")


class Bearers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def claims(self, text: str) -> Mapping[str, Any]:
        """What the token says; Unauthenticated unless a trusted issuer signed it for this cloud and it is in time."""
        issuer = self._issuer(text)
        try:
            found = self._decoded(text, issuer)
            jwt.JWTClaimsRegistry(
                now=lambda: int(self._parts.clock.now().timestamp()),
                leeway=_CLOCK_SKEW_S,
                iss={"essential": True, "value": issuer.url},
                aud={"essential": True, "values": list(issuer.audiences)},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(found)
        except JoseError as error:
            raise _refused(str(error)) from error
        return found

    def _issuer(self, text: str) -> TrustedIssuer:
        """Whom the token names as its issuer: not yet proved, but it must be one who is trusted."""
        try:
            payload = msgspec.json.decode(jws.extract_compact(text.encode("ascii", "replace")).payload)
        except (JoseError, ValueError) as error:
            raise _refused("it is no signed JSON Web Token") from error
        name = payload.get("iss") if isinstance(payload, dict) else None
        for issuer in self._parts.issuers.trusted():
            if issuer.url == name:
                return issuer
        raise _refused("its issuer is not among those that the operator trusts (setting oidc_issuers)")

    def _decoded(self, text: str, issuer: TrustedIssuer) -> dict[str, Any]:
        try:
            return self._opened(text, issuer, fresh=False)
        except InvalidKeyIdError:
            return self._opened(text, issuer, fresh=True)

    def _opened(self, text: str, issuer: TrustedIssuer, *, fresh: bool) -> dict[str, Any]:
        told = self._parts.issuers.keys(issuer, fresh=fresh)["keys"]
        usable = [key for key in told if key.get("kty") in _KINDS and key.get("use", "sig") == "sig"]
        if not usable:
            raise Unavailable("federation.no_keys", f"The issuer {issuer.url} publishes no key that signs: tell it so.")
        return dict(jwt.decode(text, KeySet.import_key_set({"keys": usable}), algorithms=_ALGORITHMS).claims)


def attributes(claims: Mapping[str, Any]) -> Attributes:
    """The claims as mappings name them: `email`, and as Apache's mod_auth_openidc calls them for Keystone,
    `OIDC-email`, `OIDC_CLAIM_email` and `HTTP_OIDC_EMAIL`; what is in an object by a path, `realm_access.roles`."""
    found: dict[str, list[str]] = {}
    for name, values in _flat("", claims):
        shouted = re.sub(r"\W", "_", name).upper()
        for alias in (name, f"OIDC-{name}", f"OIDC_CLAIM_{name}", f"HTTP_OIDC_{shouted}"):
            found[alias] = values
    return found


def _flat(prefix: str, claims: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, value in claims.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            several = value if isinstance(value, list) else [value]
            yield prefix + name, [_text(each) for each in several if each is not None]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated(
        "federation.token",
        f"The token of your identity provider is not accepted: {why}. Get a new one from it, for the audience that "
        "your operator names.",
    )
