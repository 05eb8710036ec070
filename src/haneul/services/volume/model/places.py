"""Where volumes lie: pools, and the services behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pool:
    """A host's place for volumes, as it was last seen."""

    host_id: str
    host_name: str
    backend: str
    total_gib: float
    free_gib: float
    is_up: bool
    allocated_gib: int = 0
    """What the volumes in it were promised."""

    @property
    def service_host(self) -> str:
        """As services are named: host@backend."""
        return f"{self.host_name}@{self.backend}"

    @property
    def name(self) -> str:
        """As pools are named: host@backend#pool."""
        return f"{self.service_host}#{self.backend}"


@dataclass(frozen=True)
class ServiceMark:
    """What an administrator said of a service."""

    binary: str
    host: str
    is_disabled: bool
    reason: str | None
    updated_at: datetime


@dataclass(frozen=True)
class ServiceView:
    """A part of block storage as administrators know it."""

    binary: str
    host: str
    zone: str
    is_up: bool
    is_disabled: bool
    reason: str | None
    updated_at: datetime
