"""What a record says, and what seals it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """Who asked for what from where, and what came of it."""

    request_id: str
    user_id: str
    """Empty for somebody who did not sign in."""
    user_name: str
    """Of somebody who tried to sign in: whom they named."""
    project_id: str
    token_id: str
    """The token's audit id: never the token."""
    address: str
    api: str
    operation: str
    method: str
    path: str
    status: int


class AuditRecord(msgspec.Struct, frozen=True):
    """One link of the chain of one control plane."""

    replica: str
    number: int
    """1, 2, 3 ... without a gap."""
    at: datetime
    asked: Asked
    previous: str
    """The seal of the record before; empty for the first."""
    seal: str = ""

    @property
    def id(self) -> str:
        return f"{self.replica}:{self.number}"

    def sealed(self, key: bytes) -> AuditRecord:
        """The same with the seal that it must have."""
        bare = msgspec.structs.replace(self, seal="")
        seal = hmac.new(key, msgspec.json.encode(bare), hashlib.sha256).hexdigest()
        return msgspec.structs.replace(self, seal=seal)


class Head(msgspec.Struct, frozen=True):
    """Where a chain ends."""

    number: int = 0
    seal: str = ""

    @classmethod
    def of(cls, record: AuditRecord) -> Head:
        return cls(record.number, record.seal)


@dataclass(frozen=True)
class RecordFilter:
    """Which records are wanted; None: whatever it is."""

    user_id: str | None = None
    project_id: str | None = None
    request_id: str | None = None
    path: str | None = None
    """The beginning of the path."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Break:
    """A place at which a chain does not hold."""

    replica: str
    number: int
    told: str


@dataclass(frozen=True)
class Proof:
    """What was found when every record was looked at."""

    records: int
    heads: dict[str, Head]
    """Where the chains end, by control plane: to be noted where nobody of this cloud can write."""
    breaks: tuple[Break, ...]
