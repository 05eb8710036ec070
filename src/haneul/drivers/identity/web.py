"""Issuers' keys from files, or from where the issuers publish them (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import logging
import ssl
import threading
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from haneul.kit.clock import Clock
from haneul.kit.errors import Unavailable
from haneul.services.identity import TrustedIssuer

log = logging.getLogger(__name__)

_GOOD_FOR = timedelta(hours=1)
_NOT_AGAIN_FOR = timedelta(minutes=1)
_TIMEOUT_S = 5.0
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class _Known:
    keys: Mapping[str, Any] | None
    """None: they could not be had."""
    asked_at: datetime
    why_not: str = ""


class WebIssuers:
    """Fetched keys are kept for an hour, and longer while their issuer does not answer."""

    def __init__(self, issuers: Sequence[TrustedIssuer], clock: Clock) -> None:
        self._issuers = tuple(issuers)
        self._clock = clock
        self._known_by_url: dict[str, _Known] = {}
        self._asking = threading.Lock()

    def trusted(self) -> Sequence[TrustedIssuer]:
        return self._issuers

    def keys(self, issuer: TrustedIssuer, *, fresh: bool = False) -> Mapping[str, Any]:
        if issuer.jwks_file:
            return _from_file(issuer)
        with self._asking:
            known = self._known_by_url.get(issuer.url)
            if known is None or self._is_due(known, fresh):
                known = self._ask(issuer, known)
                self._known_by_url[issuer.url] = known
        if known.keys is None:
            raise _no_keys(issuer, known.why_not)
        return known.keys

    def _is_due(self, known: _Known, fresh: bool) -> bool:
        must_wait = _NOT_AGAIN_FOR if fresh or known.keys is None or known.why_not else _GOOD_FOR
        return self._clock.now() >= known.asked_at + must_wait

    def _ask(self, issuer: TrustedIssuer, known: _Known | None) -> _Known:
        now = self._clock.now()
        try:
            return _Known(_published(issuer), now)
        except (OSError, ValueError) as error:
            log.warning("the keys of %s cannot be fetched: %s", issuer.url, error)
            return _Known(known.keys if known else None, now, str(error))


def _from_file(issuer: TrustedIssuer) -> Mapping[str, Any]:
    try:
        return _key_set(Path(issuer.jwks_file).read_bytes())
    except (OSError, ValueError) as error:
        raise _no_keys(issuer, str(error)) from error


def _published(issuer: TrustedIssuer) -> Mapping[str, Any]:
    """Raises OSError or ValueError."""
    context = ssl.create_default_context()
    if issuer.ca_file:
        context.load_verify_locations(issuer.ca_file)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects())
    about = _object(_fetched(opener, issuer.url.rstrip("/") + "/.well-known/openid-configuration"))
    if about.get("issuer") != issuer.url:
        raise ValueError(f"its discovery document speaks of {about.get('issuer')}")
    return _key_set(_fetched(opener, str(about.get("jwks_uri"))))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An issuer's documents stand where it says, not elsewhere."""

    def redirect_request(self, *_args: Any) -> None:
        return None


def _fetched(opener: urllib.request.OpenerDirector, url: str) -> bytes:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise ValueError(f"{url} is not an https:// URL")
    with opener.open(url, timeout=_TIMEOUT_S) as response:
        content: bytes = response.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError(f"{url} is larger than {_MAX_BYTES} bytes")
    return content


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key_set(content: bytes) -> Mapping[str, Any]:
    found = _object(content)
    if not isinstance(found.get("keys"), list):
        raise ValueError("it is no JWK Set: it has no list of keys")
    return found


def _object(content: bytes) -> dict[str, Any]:
    found = msgspec.json.decode(content)
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def _no_keys(issuer: TrustedIssuer, why: str) -> Unavailable:
    return Unavailable(
        "federation.keys",
        f"The keys of the issuer {issuer.url} cannot be had: {why}. Try again in a minute; if it stays, tell your "
        "operator.",
    )
