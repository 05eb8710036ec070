"""Networks and their subnets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

NetworkId = NewType("NetworkId", str)
SubnetId = NewType("SubnetId", str)

GENEVE, VLAN, FLAT = "geneve", "vlan", "flat"
OVERLAY_OVERHEAD_BYTES = 58
"""What geneve takes of a packet on a wire of IPv4."""


@dataclass(frozen=True)
class VirtualNetwork:
    """A network of a project: a switch of its own that reaches over all hosts."""

    id: NetworkId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_admin_up: bool = True
    is_external: bool = False
    """True if routers may have their gateway and floating IPs on it."""
    is_default: bool = False
    has_port_security: bool = True
    """What its ports have unless they say otherwise."""
    mtu: int = 1500 - OVERLAY_OVERHEAD_BYTES
    network_type: str = GENEVE
    physical_network: str | None = None
    segmentation_id: int | None = None
    dns_domain: str = ""
    zone_hints: tuple[str, ...] = ()
    qos_policy_id: str | None = None
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    subnet_ids: tuple[SubnetId, ...] = ()
    ipv4_scope_id: str | None = None
    """The address scope that its subnets' pool is in."""
    ipv6_scope_id: str | None = None
    shared_with: tuple[str, ...] = ()
    """The projects that may use it as if it were theirs; `*`: all."""

    @property
    def segment_key(self) -> str:
        """The wire that it has for itself: no two networks may have the same."""
        return segment_key(self.network_type, self.physical_network, self.segmentation_id)


def segment_key(network_type: str, physical_network: str | None, segmentation_id: int | None) -> str:
    return f"{network_type}:{physical_network or ''}:{'' if segmentation_id is None else segmentation_id}"


@dataclass(frozen=True)
class NewNetwork:
    """A network asked for; what is not said is chosen by the cloud."""

    name: str = ""
    project_id: str = ""
    """Empty: the caller's."""
    description: str = ""
    is_admin_up: bool = True
    is_shared: bool | UnsetType = UNSET
    is_external: bool | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    has_port_security: bool | UnsetType = UNSET
    mtu: int | UnsetType = UNSET
    network_type: str | UnsetType = UNSET
    physical_network: str | UnsetType = UNSET
    segmentation_id: int | UnsetType = UNSET
    dns_domain: str = ""
    zone_hints: tuple[str, ...] = ()
    qos_policy_id: str | UnsetType | None = UNSET
    """Not said: the project's default policy, if it has one."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkChanges:
    """What shall be different."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_admin_up: bool | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    is_external: bool | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    has_port_security: bool | UnsetType = UNSET
    mtu: int | UnsetType = UNSET
    dns_domain: str | UnsetType = UNSET
    network_type: str | UnsetType = UNSET
    physical_network: str | UnsetType = UNSET
    segmentation_id: int | UnsetType = UNSET
    qos_policy_id: str | UnsetType | None = UNSET


@dataclass(frozen=True)
class AddressRange:
    """From the first to the last address, both included."""

    start: str
    end: str


@dataclass(frozen=True)
class HostRoute:
    """A way that guests are told of: to `destination` by `nexthop`."""

    destination: str
    nexthop: str


@dataclass(frozen=True)
class Subnet:
    """A range of addresses on a network."""

    id: SubnetId
    network_id: NetworkId
    project_id: str
    name: str
    ip_version: int
    cidr: str
    gateway_ip: str | None
    created_at: datetime
    updated_at: datetime
    description: str = ""
    has_dhcp: bool = True
    pools: tuple[AddressRange, ...] = ()
    dns_servers: tuple[str, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    ra_mode: str | None = None
    """IPv6: who sends router advertisements, and for what: slaac, dhcpv6-stateless, dhcpv6-stateful."""
    address_mode: str | None = None
    """IPv6: how guests come by their address: slaac, dhcpv6-stateless, dhcpv6-stateful."""
    service_types: tuple[str, ...] = ()
    pool_id: str | None = None
    """The subnet pool that its range is from."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()

    @property
    def is_automatic(self) -> bool:
        """True if a guest makes its own address from its MAC (SLAAC)."""
        return self.address_mode in ("slaac", "dhcpv6-stateless")


@dataclass(frozen=True)
class NewSubnet:
    network_id: str
    ip_version: int
    cidr: str = ""
    """Not said: cut from a pool."""
    pool_id: str | None = None
    uses_default_pool: bool = False
    prefixlen: int | UnsetType = UNSET
    """How large a range the pool shall give."""
    name: str = ""
    project_id: str = ""
    description: str = ""
    gateway_ip: str | UnsetType | None = UNSET
    """None: no gateway; not said: the first address."""
    has_dhcp: bool = True
    pools: tuple[AddressRange, ...] | UnsetType = UNSET
    """Not said: everything but the gateway."""
    dns_servers: tuple[str, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    ra_mode: str | None = None
    address_mode: str | None = None
    service_types: tuple[str, ...] | UnsetType = UNSET
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class SubnetChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    gateway_ip: str | UnsetType | None = UNSET
    has_dhcp: bool | UnsetType = UNSET
    pools: tuple[AddressRange, ...] | UnsetType = UNSET
    dns_servers: tuple[str, ...] | UnsetType = UNSET
    host_routes: tuple[HostRoute, ...] | UnsetType = UNSET
    service_types: tuple[str, ...] | UnsetType = UNSET
