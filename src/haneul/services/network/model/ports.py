"""Ports: where something is plugged into a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType

from msgspec import UNSET, UnsetType

from haneul.kit.records import record
from haneul.services.network.model.networks import NetworkId
from haneul.services.network.model.trunks import Trunk

PortId = NewType("PortId", str)

SERVER_OWNER = "compute:nova"
METADATA_OWNER = "network:distributed"
INTERFACE_OWNER = "network:router_interface"
GATEWAY_OWNER = "network:router_gateway"
FLOATING_IP_OWNER = "network:floatingip"
ROUTER_OWNERS = frozenset({INTERFACE_OWNER, GATEWAY_OWNER})
SELF_REMOVING_OWNERS = frozenset({METADATA_OWNER, "network:dhcp"})
"""Ports that are the cloud's own and go with their network."""

_DASHES = str.maketrans(".:", "--")

ACTIVE, DOWN, NOT_APPLICABLE = "ACTIVE", "DOWN", "N/A"


@dataclass(frozen=True)
class FixedIp:
    subnet_id: str
    ip_address: str


@dataclass(frozen=True)
class WantedIp:
    """An address asked for: this one, or any of this subnet."""

    subnet_id: str = ""
    ip_address: str = ""


@dataclass(frozen=True)
class AddressPair:
    """An address (or range) that a port may use beside its own."""

    ip_address: str
    mac_address: str
    """Empty: the port's own."""


@dataclass(frozen=True)
class DhcpOption:
    opt_name: str
    opt_value: str | None
    """None takes an option away again."""
    ip_version: int = 4


@dataclass(frozen=True)
class DnsAssignment:
    """By which name an address is known."""

    hostname: str
    ip_address: str
    domain: str

    @property
    def fqdn(self) -> str:
        """With the dot at its end."""
        return f"{self.hostname}.{self.domain}." if self.domain else f"{self.hostname}."


@dataclass(frozen=True)
class Port:
    id: PortId
    network_id: NetworkId
    project_id: str
    name: str
    mac_address: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_admin_up: bool = True
    status: str = DOWN
    """ACTIVE once the host's switch has it, DOWN before and after."""
    device_id: str = ""
    device_owner: str = ""
    has_port_security: bool = True
    address_pairs: tuple[AddressPair, ...] = ()
    dhcp_options: tuple[DhcpOption, ...] = ()
    host_id: str = ""
    """The name of the host that it is bound to; empty: none."""
    chassis: str = ""
    """That host's name in OVN."""
    vnic_type: str = "normal"
    binding_profile: Mapping[str, Any] = field(default_factory=dict)
    dns_name: str = ""
    """What its guest is called, within its network's domain."""
    dns_domain: str = ""
    """Instead of its network's, with the dot at its end."""
    domain: str = ""
    """In which it is known: its own, its network's or the cloud's, without the dot."""
    goes_with_device: bool = False
    """True if it was made for its server and is deleted with it."""
    qos_policy_id: str | None = None
    qos_network_policy_id: str | None = None
    """Its network's, which holds where it has none of its own."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    fixed_ips: tuple[FixedIp, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    trunk: Trunk | None = None
    """The trunk whose port it is."""

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(fixed.ip_address for fixed in self.fixed_ips)

    @property
    def dns_assignment(self) -> tuple[DnsAssignment, ...]:
        """An address of a port without a name is known by a name that is made of it."""
        return tuple(self._known_as(fixed.ip_address) for fixed in self.fixed_ips)

    def _known_as(self, address: str) -> DnsAssignment:
        hostname = self.dns_name or "host-" + address.translate(_DASHES)
        return record(DnsAssignment, {"hostname": hostname, "ip_address": address, "domain": self.domain})


@dataclass(frozen=True)
class NewPort:
    network_id: str
    name: str = ""
    project_id: str = ""
    """Empty: the caller's."""
    id: str = ""
    """Chosen by the caller so that asking twice makes one port; empty: a new one."""
    description: str = ""
    is_admin_up: bool = True
    mac_address: str | UnsetType = UNSET
    fixed_ips: tuple[WantedIp, ...] | UnsetType = UNSET
    """Not said: one of the network's IPv4 subnets and its IPv6 subnets; an empty tuple: none."""
    security_group_ids: tuple[str, ...] | UnsetType = UNSET
    """Not said: the project's default group."""
    device_id: str = ""
    device_owner: str = ""
    has_port_security: bool | UnsetType = UNSET
    address_pairs: tuple[AddressPair, ...] | UnsetType = UNSET
    dhcp_options: tuple[DhcpOption, ...] = ()
    host_id: str | UnsetType = UNSET
    vnic_type: str | UnsetType = UNSET
    binding_profile: Mapping[str, Any] | UnsetType = UNSET
    dns_name: str = ""
    dns_domain: str = ""
    qos_policy_id: str | None = None
    goes_with_device: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class PortChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_admin_up: bool | UnsetType = UNSET
    mac_address: str | UnsetType = UNSET
    fixed_ips: tuple[WantedIp, ...] | UnsetType = UNSET
    security_group_ids: tuple[str, ...] | UnsetType = UNSET
    device_id: str | UnsetType = UNSET
    device_owner: str | UnsetType = UNSET
    has_port_security: bool | UnsetType = UNSET
    address_pairs: tuple[AddressPair, ...] | UnsetType = UNSET
    dhcp_options: tuple[DhcpOption, ...] | UnsetType = UNSET
    host_id: str | UnsetType = UNSET
    vnic_type: str | UnsetType = UNSET
    binding_profile: Mapping[str, Any] | UnsetType = UNSET
    dns_name: str | UnsetType = UNSET
    dns_domain: str | UnsetType = UNSET
    qos_policy_id: str | UnsetType | None = UNSET


@dataclass(frozen=True)
class HostBinding:
    """The host that a server's port shall be on."""

    host_id: str
    hostname: str
    chassis: str
    """Its name in OVN (HostInventory.chassis)."""


@dataclass(frozen=True)
class ServerAddress:
    """An address by which a server is reached, for listings of servers."""

    network_name: str
    address: str
    version: int
    mac_address: str
    is_floating: bool
    port_id: PortId


@dataclass(frozen=True)
class PortStatusChanged:
    """A port came up on its host, or went down; `device_id` is the server it belongs to."""

    port_id: PortId
    device_id: str
    status: str


@dataclass(frozen=True)
class ServerPortChanged:
    """A port of this server has other addresses, or is guarded otherwise, than before."""

    server_id: str


@dataclass(frozen=True)
class OutsideAddressChanged:
    """A floating IP leads to a port of this server now, or no longer does."""

    server_id: str
