"""Routers and floating IPs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

from haneul.services.network.model.forwardings import Forwarding
from haneul.services.network.model.networks import HostRoute
from haneul.services.network.model.ports import FixedIp, WantedIp

RouterId = NewType("RouterId", str)
FloatingIpId = NewType("FloatingIpId", str)


@dataclass(frozen=True)
class Gateway:
    """A router's way out."""

    network_id: str
    has_snat: bool = True
    """True if what has no floating IP leaves by the router's own address."""
    port_id: str = ""
    fixed_ips: tuple[FixedIp, ...] = ()


@dataclass(frozen=True)
class Router:
    id: RouterId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_admin_up: bool = True
    routes: tuple[HostRoute, ...] = ()
    zone_hints: tuple[str, ...] = ()
    gateway: Gateway | None = None
    revision_number: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class WantedGateway:
    network_id: str
    has_snat: bool | UnsetType = UNSET
    fixed_ips: tuple[WantedIp, ...] | UnsetType = UNSET


@dataclass(frozen=True)
class NewRouter:
    name: str = ""
    project_id: str = ""
    description: str = ""
    is_admin_up: bool = True
    gateway: WantedGateway | None = None
    zone_hints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RouterChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_admin_up: bool | UnsetType = UNSET
    gateway: WantedGateway | UnsetType | None = UNSET
    """None takes the gateway away."""
    routes: tuple[HostRoute, ...] | UnsetType = UNSET


@dataclass(frozen=True)
class Interface:
    """A router's foot in a network."""

    router_id: RouterId
    project_id: str
    network_id: str
    port_id: str
    subnet_ids: tuple[str, ...]


@dataclass(frozen=True)
class FloatingIp:
    """An address of an external network that leads to a port."""

    id: FloatingIpId
    project_id: str
    network_id: str
    address: str
    own_port_id: str
    """The port that keeps the address."""
    created_at: datetime
    updated_at: datetime
    description: str = ""
    port_id: str | None = None
    fixed_ip: str | None = None
    router_id: str | None = None
    status: str = "DOWN"
    dns_name: str = ""
    dns_domain: str = ""
    """With the dot at its end."""
    qos_policy_id: str | None = None
    qos_network_policy_id: str | None = None
    """Its network's, which holds where it has none of its own."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    forwardings: tuple[Forwarding, ...] = ()
    """Where single ports of it lead to, while it leads to no port itself."""
    port: LedPort | None = None


@dataclass(frozen=True)
class LedPort:
    """What a floating IP tells of the port that it leads to."""

    name: str
    network_id: str
    mac_address: str
    is_admin_up: bool
    status: str
    device_id: str
    device_owner: str


@dataclass(frozen=True)
class FloatingIpPool:
    """A subnet that floating IPs may be taken from."""

    subnet_id: str
    subnet_name: str
    network_id: str
    cidr: str
    project_id: str


@dataclass(frozen=True)
class NewFloatingIp:
    network_id: str
    project_id: str = ""
    description: str = ""
    address: str | UnsetType = UNSET
    subnet_id: str = ""
    port_id: str | None = None
    fixed_ip: str | None = None
    router_id: str | None = None
    """Which router answers; None: the one that the port's subnet is at."""
    dns_name: str = ""
    dns_domain: str = ""
    qos_policy_id: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class FloatingIpChanges:
    port_id: str | UnsetType | None = UNSET
    """None lets go of the port."""
    fixed_ip: str | UnsetType | None = UNSET
    router_id: str | UnsetType | None = UNSET
    description: str | UnsetType = UNSET
    qos_policy_id: str | UnsetType | None = UNSET
