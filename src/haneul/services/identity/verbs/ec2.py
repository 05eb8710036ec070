"""Requests signed with EC2 keys: who signed them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from haneul.kit.errors import Unauthenticated
from haneul.services.identity.model import Credential
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.sealed import open_credential

_MAX_AGE = timedelta(minutes=15)
_V4 = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class SignedRequest:
    """A request as a service received it, with the signature that it bore."""

    access: str
    signature: str
    verb: str = "GET"
    host: str = ""
    path: str = "/"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body_hash: str = ""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers.items() if key.lower() == name), "")


def access_hash(access: str) -> str:
    """By which an EC2 credential is found; also its id when it is made, as in Keystone."""
    return hashlib.sha256(access.encode()).hexdigest()


@dataclass(frozen=True)
class SignedText:
    """What an S3 client signed, as the object store that got the request tells it."""

    access: str
    signature: str
    text: bytes
    """The string to sign of AWS Signature Version 2, or of Version 4 when it begins with its name."""


class Ec2Prover:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def signer(self, request: SignedRequest) -> Credential:
        """The credential whose secret made the signature; Unauthenticated if none did or it is too old."""
        sealed = self._parts.store.credentials.find_by_access(access_hash(request.access))
        credential = None if sealed is None else open_credential(self._parts, sealed)
        secret = _secret_of(credential)
        self._refuse_old(request)
        expected = [
            signature
            for host in dict.fromkeys((request.host, request.host.partition(":")[0]))
            for signature in signatures(request, secret or "nobody's", host)
        ]
        given = request.signature.encode()
        fits = [hmac.compare_digest(each.encode(), given) for each in expected]
        if credential is None or secret is None or not any(fits):
            raise Unauthenticated("ec2.signature", "EC2 signature not supplied, or it does not match.")
        return credential

    def signer_of_text(self, signed: SignedText) -> Credential:
        """The credential whose secret made the signature; Unauthenticated if none did."""
        sealed = self._parts.store.credentials.find_by_access(access_hash(signed.access))
        credential = None if sealed is None else open_credential(self._parts, sealed)
        secret = _secret_of(credential)
        expected = _text_signature(signed.text, secret or "nobody's")
        fits = hmac.compare_digest(expected.encode(), signed.signature.encode())
        if credential is None or secret is None or not fits:
            raise Unauthenticated("ec2.signature", "The credential signature does not match.")
        return credential

    def _refuse_old(self, request: SignedRequest) -> None:
        text = request.params.get("Timestamp") or request.params.get("X-Amz-Date") or request.header("x-amz-date")
        if not text and request.params.get("Expires"):
            text = request.params["Expires"]
            if _moment(text) <= self._parts.clock.now():
                raise _too_old()
            return
        if not text or abs(self._parts.clock.now() - _moment(text)) > _MAX_AGE:
            raise _too_old()


def _too_old() -> Unauthenticated:
    return Unauthenticated("ec2.old", "The EC2 request was not signed within the last 15 minutes: sign it again.")


def _moment(text: str) -> datetime:
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise _too_old()


def keys_of(blob: str) -> tuple[str, str] | None:
    """The access key and the secret in an EC2 credential's blob; None if it has not both of them."""
    try:
        told = msgspec.json.decode(blob)
    except msgspec.DecodeError:
        return None
    access, secret = (told.get("access"), told.get("secret")) if isinstance(told, dict) else (None, None)
    if not (isinstance(access, str) and access and isinstance(secret, str) and secret):
        return None
    return access, secret


def _secret_of(credential: Credential | None) -> str | None:
    """None for what is no EC2 credential with both its keys: nobody signs with that."""
    if credential is None or credential.type != "ec2":
        return None
    found = keys_of(credential.blob)
    return found[1] if found else None


def signatures(request: SignedRequest, secret: str, host: str) -> tuple[str, ...]:
    """What the request's signature may be (AWS Signature Version 2 or 4)."""
    if request.params.get("SignatureVersion") == "2":
        return (_version_2(request, secret, host),)
    if request.params.get("X-Amz-Algorithm") == _V4 or request.header("authorization").startswith(_V4):
        return (_version_4(request, secret),)
    return ()


def _version_2(request: SignedRequest, secret: str, host: str) -> str:
    pairs = sorted((key, value) for key, value in request.params.items() if key != "Signature")
    query = "&".join(f"{quote(key, safe='-_~')}={quote(value, safe='-_~')}" for key, value in pairs)
    text = f"{request.verb.upper()}\n{host.lower()}\n{request.path}\n{query}".encode()
    digest = hashlib.sha1 if request.params.get("SignatureMethod") == "HmacSHA1" else hashlib.sha256
    return base64.b64encode(hmac.new(secret.encode(), text, digest).digest()).decode()


def _version_4(request: SignedRequest, secret: str) -> str:
    scope, signed_headers = _version_4_scope(request)
    canonical = hashlib.sha256(_canonical(request, signed_headers).encode()).hexdigest()
    at = request.params.get("X-Amz-Date") or request.header("x-amz-date")
    text = f"{_V4}\n{at}\n{scope}\n{canonical}"
    return hmac.new(_version_4_key(secret, scope), text.encode(), hashlib.sha256).hexdigest()


def _version_4_key(secret: str, scope: str) -> bytes:
    """The signing key for a scope DATE/REGION/SERVICE/aws4_request."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _text_signature(text: bytes, secret: str) -> str:
    lines = text.decode("utf-8", "replace").split("\n")
    if lines[0] == _V4 and len(lines) == 4:
        return hmac.new(_version_4_key(secret, lines[2]), text, hashlib.sha256).hexdigest()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode()


def _version_4_scope(request: SignedRequest) -> tuple[str, list[str]]:
    """The credential's scope DATE/REGION/SERVICE/aws4_request, and the names of the signed headers."""
    if request.params.get("X-Amz-Credential"):
        _, _, scope = request.params["X-Amz-Credential"].partition("/")
        return scope, request.params.get("X-Amz-SignedHeaders", "host").lower().split(";")
    fields = dict(
        part.strip().partition("=")[::2] for part in request.header("authorization").removeprefix(_V4).split(",")
    )
    _, _, scope = fields.get("Credential", "").partition("/")
    return scope, fields.get("SignedHeaders", "host").lower().split(";")


def _canonical(request: SignedRequest, signed_headers: list[str]) -> str:
    is_posted = request.verb.upper() == "POST" and not request.params.get("X-Amz-Signature")
    pairs = () if is_posted else sorted(request.params.items())
    query = "&".join(
        f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in pairs if key != "X-Amz-Signature"
    )
    headers = "".join(f"{name}:{' '.join(request.header(name).split())}\n" for name in signed_headers)
    return "\n".join((request.verb.upper(), request.path, query, headers, ";".join(signed_headers), request.body_hash))
