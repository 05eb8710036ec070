"""Keypairs: the public keys by which people log in to their servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyType(StrEnum):
    SSH = "ssh"
    X509 = "x509"


@dataclass(frozen=True)
class Keypair:
    """A user's public key under a name; the private half is never kept."""

    number: int
    user_id: str
    name: str
    type: KeyType
    public_key: str
    fingerprint: str
    created_at: datetime
