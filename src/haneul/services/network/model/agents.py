"""What carries the networks on the hosts, as operators see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Chassis:
    """A host as the network's own database knows it."""

    name: str
    hostname: str
    is_alive: bool
    seen_at: datetime | None
    """When it last showed that it keeps up."""
    bridge_mappings: Mapping[str, str] = field(default_factory=dict)
    """Physical network -> bridge."""
    encap_types: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class NetworkAgent:
    """A controller on a host, as Neutron lists agents."""

    id: str
    kind: str
    """OVN Controller agent, OVN Controller Gateway agent, OVN Metadata agent."""
    binary: str
    host: str
    is_alive: bool
    seen_at: datetime | None
    configurations: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    chassis: str = ""
    """The host as the network's own database names it."""
