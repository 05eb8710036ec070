"""Requests signed with OAuth 1.0a (RFC 5849): who signed them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_HMAC_SHA256,
    SIGNATURE_HMAC_SHA512,
    AccessTokenEndpoint,
    OAuth1Error,
    RequestTokenEndpoint,
    RequestValidator,
    ResourceEndpoint,
)

from haneul.kit.errors import Invalid, Unauthenticated
from haneul.services.identity.model import AccessToken, Consumer, RequestToken, SignedCall
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.sealed import open_text

_CLOCK_SKEW = timedelta(minutes=10)
_NOBODYS = "nobody"
_MAX_TEXT = 128


class Signatures:
    """Every request counts once: its nonce is kept for as long as its time would let it in again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store
        self._validator = _Validator(parts)

    def consumer(self, call: SignedCall) -> Consumer:
        """Who asks for a request token."""
        endpoint = RequestTokenEndpoint(self._validator)
        request = self._checked(call, endpoint, endpoint.validate_request_token_request)
        return self._store.consumers.get(request.client_key)

    def request_token(self, call: SignedCall) -> RequestToken:
        """For which an access token is asked, by its consumer and with its user's word."""
        endpoint = AccessTokenEndpoint(self._validator)
        request = self._checked(call, endpoint, endpoint.validate_access_token_request)
        return self._store.request_tokens.get(request.resource_owner_key)

    def access_token(self, call: SignedCall) -> AccessToken:
        """With which somebody signs in."""
        endpoint = ResourceEndpoint(self._validator)

        def validate(request: Any) -> tuple[bool, Any]:
            is_valid, found = endpoint.validate_protected_resource_request(
                request.uri, call.method, headers=dict(call.headers)
            )
            return bool(is_valid), found

        request = self._checked(call, endpoint, validate)
        return self._store.access_tokens.get(request.resource_owner_key)

    def _checked(self, call: SignedCall, endpoint: Any, validate: Callable[[Any], tuple[bool, Any]]) -> Any:
        try:
            for request in self._read(call, endpoint):
                is_valid, found = validate(request)
                if is_valid:
                    self._use_once(found)
                    return found
        except (OAuth1Error, ValueError) as error:
            why = getattr(error, "description", None) or error
            raise Invalid("oauth1.request", f"The request is not signed as OAuth 1.0a asks: {why}.") from None
        raise Unauthenticated(
            "oauth1.signature",
            "The OAuth signature does not fit: sign the request with the keys of a consumer and token of this cloud, "
            "for the URL that the catalogue names, by a clock that is right.",
        )

    def _read(self, call: SignedCall, endpoint: Any) -> Iterator[Any]:
        for url in dict.fromkeys(call.urls):
            yield endpoint._create_request(url, call.method, None, dict(call.headers))

    def _use_once(self, request: Any) -> None:
        signed = "\n".join((request.client_key, request.resource_owner_key or "", request.timestamp, request.nonce))
        until = self._parts.clock.now() + 2 * _CLOCK_SKEW
        if not self._store.nonces.use(hashlib.sha256(signed.encode()).hexdigest(), until):
            raise Unauthenticated(
                "oauth1.replayed", "This signed request was used before: sign a new one, with another nonce."
            )


def verifier_hash(verifier: str) -> str:
    return hashlib.sha256(verifier.encode()).hexdigest()


class _Validator(RequestValidator):
    """What the library asks about keys; for unknown ones it is given a stand-in, so that all take equally long."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._store = parts.store

    enforce_ssl = False
    """Whether clients must speak TLS is decided where TLS ends, before this program."""
    timestamp_lifetime = 10**10
    """Time is told by the cloud's own clock, below."""
    dummy_client = dummy_request_token = dummy_access_token = _NOBODYS
    allowed_signature_methods = (SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, SIGNATURE_HMAC_SHA512)

    def check_client_key(self, client_key: str) -> bool:
        return _is_sane(client_key)

    def check_request_token(self, request_token: str) -> bool:
        return _is_sane(request_token)

    def check_access_token(self, request_token: str) -> bool:
        return _is_sane(request_token)

    def check_nonce(self, nonce: str) -> bool:
        return _is_sane(nonce)

    def check_verifier(self, verifier: str) -> bool:
        return _is_sane(verifier)

    def check_realms(self, realms: list[str]) -> bool:
        return True

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def validate_requested_realms(self, client_key: str, realms: list[str], request: Any) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Any, uri: str | None = None, realms: list[str] | None = None
    ) -> bool:
        return True

    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        """The word of consent goes from person to program by hand: no browser is led anywhere."""
        return True

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        """The nonce is looked at when the signature fits: strangers must not fill its table."""
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
        return abs(self._parts.clock.now() - signed_at) <= _CLOCK_SKEW

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return self._store.consumers.find(client_key) is not None

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        found = self._store.request_tokens.find(token)
        return found is not None and found.consumer_id == client_key and found.expires_at > self._parts.clock.now()

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        found = self._store.access_tokens.find(token)
        if found is None or found.consumer_id != client_key:
            return False
        return found.expires_at is None or found.expires_at > self._parts.clock.now()

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        found = self._store.request_tokens.find(token)
        kept = (found.verifier_hash if found else None) or ""
        return hmac.compare_digest(kept, verifier_hash(verifier))

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self._secret(self._store.consumers.find(client_key))

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self._secret(self._store.request_tokens.find(token))

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self._secret(self._store.access_tokens.find(token))

    def _secret(self, found: Consumer | RequestToken | AccessToken | None) -> str:
        return _NOBODYS if found is None else open_text(self._parts, found.sealed_secret, found.id)


def _is_sane(text: str) -> bool:
    return len(text) <= _MAX_TEXT and text.isascii() and text.isprintable()
