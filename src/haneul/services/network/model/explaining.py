"""Whether a packet would arrive, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """From a port to an address; `number` is the port there, for TCP, UDP and SCTP."""

    port_id: str
    address: str
    protocol: str = "tcp"
    number: int | None = None


@dataclass(frozen=True)
class Stop:
    """One thing that stops the packet."""

    kind: str
    """rule, route or state."""
    where: str
    """Of which thing, e.g. `port ID`."""
    reason: str
    remedy: str
    """What would change it."""


@dataclass(frozen=True)
class Explanation:
    arrives: bool
    path: tuple[str, ...]
    """What the packet passes, in words, as far as the caller may know."""
    stops: tuple[Stop, ...]
    traced: str
    """What the network itself says: arrives, dropped, or nothing where it cannot be asked."""
    trace: tuple[str, ...] = ()
    """For administrators: the network's own words."""


@dataclass(frozen=True)
class Packet:
    """What is sent, as security group rules see it."""

    source: str
    target: str
    protocol: int
    number: int | None

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.target
