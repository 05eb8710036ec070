"""The cloud's own certificate authority and what it signs: EC P-256 keys, X.509 version 3.

The authority signs server certificates (for listeners) and client certificates (for those who dial in), and
each says which of the two it is, so that no client can pass for a server.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from haneul.kit.errors import Invalid

AUTHORITY_YEARS = 20
_LEEWAY = timedelta(minutes=10)
"""Certificates begin so much earlier: clocks differ."""


@dataclass(frozen=True)
class KeyPair:
    """A private key and the certificate for it, both PEM."""

    key_pem: bytes
    certificate_pem: bytes


@dataclass(frozen=True)
class Authority:
    """Who signs: its certificate may be told to everybody, its key to nobody."""

    pair: KeyPair

    @property
    def certificate_pem(self) -> str:
        return self.pair.certificate_pem.decode()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate_pem)

    def issue_server(self, names: Sequence[str], now: datetime, days: int = 825) -> KeyPair:
        """A new key with a server certificate for `names`: host names and addresses."""
        key = new_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        certificate = self._issue(
            subject,
            _public(key),
            now,
            days,
            (
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
                x509.SubjectAlternativeName([_general_name(name) for name in names]),
            ),
        )
        return KeyPair(key, certificate)

    def sign_client(self, request_pem: str, common_name: str, now: datetime, days: int = 90) -> str:
        """A client certificate in the name of `common_name`, whatever name the request asks for.

        Raises Invalid("certificate.bad_request").
        """
        try:
            request = x509.load_pem_x509_csr(request_pem.encode())
            is_sound = request.is_signature_valid and isinstance(request.public_key(), ec.EllipticCurvePublicKey)
        except ValueError:
            is_sound = False
        if not is_sound:
            raise Invalid("certificate.bad_request", "Send a PEM request, signed, for an elliptic-curve key")
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        public = request.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._issue(subject, public, now, days, (usage,)).decode()

    def _issue(
        self,
        subject: x509.Name,
        public: ec.EllipticCurvePublicKey,
        now: datetime,
        days: int,
        extensions: Sequence[x509.ExtensionType],
    ) -> bytes:
        own = x509.load_pem_x509_certificate(self.pair.certificate_pem)
        builder = (
            _builder(subject, own.subject, public, now, timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_issuer_key(own)), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(_load_key(self.pair.key_pem), hashes.SHA256()).public_bytes(_PEM)


def make_authority(name: str, now: datetime) -> Authority:
    """A new authority, good for twenty years."""
    key = new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    public = _public(key)
    certificate = (
        _builder(subject, subject, public, now, timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(_load_key(key), hashes.SHA256())
    )
    return Authority(KeyPair(key, certificate.public_bytes(_PEM)))


def ensure_authority(folder: Path, name: str, now: datetime) -> Authority:
    """The authority kept in `folder` (ca.key, ca.crt), made on first use."""
    key_file, certificate_file = folder / "ca.key", folder / "ca.crt"
    if not (key_file.exists() and certificate_file.exists()):
        made = make_authority(name, now)
        write_private(key_file, made.pair.key_pem)
        write_private(certificate_file, made.pair.certificate_pem)
    return Authority(KeyPair(key_file.read_bytes(), certificate_file.read_bytes()))


def new_key() -> bytes:
    """A new private key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def make_request(key_pem: bytes, common_name: str) -> str:
    """A signing request for the key, PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(_load_key(key_pem), hashes.SHA256())
    return request.public_bytes(_PEM).decode()


def fingerprint(certificate_pem: str) -> str:
    """SHA-256 of the certificate, hexadecimal."""
    return x509.load_pem_x509_certificate(certificate_pem.encode()).fingerprint(hashes.SHA256()).hex()


def expires_at(certificate_pem: str) -> datetime:
    return x509.load_pem_x509_certificate(certificate_pem.encode()).not_valid_after_utc


def begins_at(certificate_pem: str) -> datetime:
    return x509.load_pem_x509_certificate(certificate_pem.encode()).not_valid_before_utc


def common_name(certificate: bytes) -> str:
    """Whom the certificate (DER) names; empty when it names nobody."""
    names = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def is_issued_by(certificate_pem: str, authority_pem: str) -> bool:
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority_pem.encode()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def write_private(path: Path, data: bytes) -> None:
    """Write the file for its owner's eyes only: whole or not at all, and on the disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


_PEM = serialization.Encoding.PEM


def _load_key(key_pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(key_pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _public(key_pem: bytes) -> ec.EllipticCurvePublicKey:
    return _load_key(key_pem).public_key()


def _issuer_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return public


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LEEWAY)
        .not_valid_after(now + life)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
