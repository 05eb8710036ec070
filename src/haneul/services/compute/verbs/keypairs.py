"""Keypairs: import, generate, list, show, remove."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from haneul.kit.errors import Invalid, NotFound, OverQuota
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.compute.model import NO_LIMIT, Keypair, KeyType, QuotaKey
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.limits import effective_limits

_RSA_BITS = 2048
_TEN_YEARS = timedelta(days=3650)
_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


@dataclass(frozen=True)
class NewKeypair:
    """A keypair asked for: without a public key one is generated."""

    name: str
    public_key: str | None = None
    type: KeyType = KeyType.SSH
    user_id: str | None = None
    """Whose it shall be; None: the caller's."""


@dataclass(frozen=True)
class MadeKeypair:
    keypair: Keypair
    private_key: str | None
    """Told once: it is kept nowhere."""


class Keypairs:
    """Belong to users, not to projects."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def create(self, caller: Caller, new: NewKeypair) -> MadeKeypair:
        """Raises Invalid("keypair.malformed"), Conflict("keypair.exists"), OverQuota("quota.key_pairs")."""
        user_id = self._allowed(caller, "create", new.user_id)
        private_key = None
        public_key = new.public_key
        if public_key is None:
            private_key, public_key = self._generate(new, user_id)
        keypair = Keypair(
            0, user_id, new.name, new.type, public_key, fingerprint(public_key, new.type), self._parts.clock.now()
        )
        with self._parts.db.write():
            limit = effective_limits(self._parts.store, caller.project_id).of(QuotaKey.KEY_PAIRS)
            if limit != NO_LIMIT and self._parts.store.keypairs.count(user_id) >= limit:
                raise OverQuota("quota.key_pairs", "Quota exceeded, too many key pairs: delete one you do not need.")
            return MadeKeypair(self._parts.store.keypairs.add(keypair), private_key)

    def _generate(self, new: NewKeypair, user_id: str) -> tuple[str, str]:
        """A private key and what is public of it: an OpenSSH line, or a certificate for the user."""
        key = rsa.generate_private_key(65537, _RSA_BITS)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ).decode()
        if new.type is KeyType.X509:
            return private, _certificate(key, user_id, self._parts.clock.now())
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        return private, f"{public.decode()} {new.name}"

    def get(self, caller: Caller, name: str, user_id: str | None = None) -> Keypair:
        """Raises NotFound("keypair.absent")."""
        owner = self._allowed(caller, "show", user_id)
        found = self._parts.store.keypairs.find(owner, name)
        if found is None:
            raise _absent(name, owner)
        return found

    def list(self, caller: Caller, page: Page, user_id: str | None = None) -> Sequence[Keypair]:
        """By name. Raises Invalid("page.marker") for a marker that is no keypair."""
        owner = self._allowed(caller, "index", user_id)
        if page.marker is not None and self._parts.store.keypairs.find(owner, page.marker) is None:
            raise Invalid("page.marker", f"Marker {page.marker} could not be found.")
        return self._parts.store.keypairs.list(owner, page.marker, page.limit)

    def remove(self, caller: Caller, name: str, user_id: str | None = None) -> None:
        """Servers made with it keep it. Raises NotFound("keypair.absent")."""
        owner = self._allowed(caller, "delete", user_id)
        if not self._parts.store.keypairs.remove(owner, name):
            raise _absent(name, owner)

    def _allowed(self, caller: Caller, action: str, user_id: str | None) -> str:
        owner = user_id or caller.user_id
        self._parts.policy.require(caller, f"os_compute_api:os-keypairs:{action}", {"user_id": owner})
        return owner


def _absent(name: str, user_id: str) -> NotFound:
    return NotFound("keypair.absent", f"Keypair {name} not found for user {user_id}")


def fingerprint(public_key: str, kind: KeyType) -> str:
    """MD5 of an ssh key (RFC 4716), SHA-1 of a certificate; Invalid for what is neither."""
    try:
        if kind is KeyType.X509:
            certificate = x509.load_pem_x509_certificate(public_key.encode())
            return certificate.fingerprint(hashes.SHA1()).hex(":")
        serialization.load_ssh_public_key(public_key.encode())
        blob = base64.b64decode(public_key.split(None)[1])
        return hashlib.md5(blob, usedforsecurity=False).digest().hex(":")
    except (ValueError, IndexError, binascii.Error, UnsupportedAlgorithm) as error:
        raise Invalid(
            "keypair.malformed",
            f"Keypair data is invalid: failed to generate fingerprint ({error}). Give a whole "
            f"{'certificate in PEM' if kind is KeyType.X509 else 'OpenSSH public key'}.",
        ) from error


def _certificate(key: rsa.RSAPrivateKey, user_id: str, now: datetime) -> str:
    """Signed by itself, for signing in to Windows: the user's id is its principal name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user_id)])
    principal = x509.OtherName(_PRINCIPAL_NAME, _utf8_string(f"{user_id}@localhost"))
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _TEN_YEARS)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([principal]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _utf8_string(text: str) -> bytes:
    """DER: tag, length, bytes; short texts only."""
    data = text.encode()
    return bytes((0x0C, len(data))) + data
