from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from haneul.kit import x509
from haneul.kit.errors import Invalid

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_what_the_authority_signs_is_known_as_its_own() -> None:
    ours, theirs = x509.make_authority("ours", NOW), x509.make_authority("theirs", NOW)

    certificate = ours.sign_client(x509.make_request(x509.new_key(), "whoever"), "host-1", NOW)

    assert x509.is_issued_by(certificate, ours.certificate_pem)
    assert not x509.is_issued_by(certificate, theirs.certificate_pem)


def test_a_certificate_names_whom_the_authority_says_not_whom_the_request_says() -> None:
    request = x509.make_request(x509.new_key(), "somebody-else")

    certificate = x509.make_authority("ours", NOW).sign_client(request, "host-1", NOW)

    assert x509.common_name(ssl.PEM_cert_to_DER_cert(certificate)) == "host-1"


def test_a_certificate_ends_when_it_should() -> None:
    request = x509.make_request(x509.new_key(), "host-1")

    certificate = x509.make_authority("ours", NOW).sign_client(request, "host-1", NOW, days=90)

    assert x509.expires_at(certificate) == NOW + timedelta(days=90)


@pytest.mark.parametrize("request_pem", ["", "nonsense", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_a_request_that_is_none_is_refused(request_pem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        x509.make_authority("ours", NOW).sign_client(request_pem, "host-1", NOW)

    assert refusal.value.code == "certificate.bad_request"


def test_the_authority_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    first = x509.ensure_authority(tmp_path / "ca", "ours", NOW)
    second = x509.ensure_authority(tmp_path / "ca", "ours", NOW)

    assert first.fingerprint == second.fingerprint
    assert (tmp_path / "ca" / "ca.key").stat().st_mode & 0o777 == 0o600
