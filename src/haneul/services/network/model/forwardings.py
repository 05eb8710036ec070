"""Port forwardings: a floating IP's ports that lead to ports of fixed addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

ForwardingId = NewType("ForwardingId", str)

PROTOCOLS = ("tcp", "udp", "sctp")
MAX_PORTS = 1000
"""How many ports one forwarding has at most: each is a row in the world."""


@dataclass(frozen=True)
class PortSpan:
    """Ports from the first to the last, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def meets(self, other: PortSpan) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Forwarding:
    id: ForwardingId
    project_id: str
    floating_ip_id: str
    port_id: str
    fixed_ip: str
    protocol: str
    outer_first: int
    outer_last: int
    inner_first: int
    inner_last: int
    created_at: datetime
    updated_at: datetime
    description: str = ""
    revision_number: int = 0

    @property
    def outer(self) -> PortSpan:
        return PortSpan(self.outer_first, self.outer_last)

    @property
    def inner(self) -> PortSpan:
        return PortSpan(self.inner_first, self.inner_last)

    def inner_port(self, outer_port: int) -> int:
        """Where an outer port leads; where there is one inner port, all do to it."""
        return self.inner_first + (outer_port - self.outer_first if len(self.inner) > 1 else 0)


@dataclass(frozen=True)
class NewForwarding:
    port_id: str
    protocol: str
    outer: PortSpan
    inner: PortSpan
    fixed_ip: str = ""
    """Empty: the port's only IPv4 address."""
    description: str = ""


@dataclass(frozen=True)
class ForwardingChanges:
    port_id: str | UnsetType = UNSET
    protocol: str | UnsetType = UNSET
    outer: PortSpan | UnsetType = UNSET
    inner: PortSpan | UnsetType = UNSET
    fixed_ip: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
