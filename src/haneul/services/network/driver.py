"""What networks ask of the world: a few idempotent verbs, told in terms of what should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from haneul.services.network.model.agents import Chassis
from haneul.services.network.model.networks import HostRoute
from haneul.services.network.model.ports import DhcpOption


class Kind(StrEnum):
    """What is made in the world, in the order in which one leans on another."""

    NETWORK = "network"
    SUBNET = "subnet"
    ADDRESS_GROUP = "address_group"
    SECURITY_GROUP = "security_group"
    PORT = "port"
    ROUTER = "router"
    FLOATING_IP = "floating_ip"


@dataclass(frozen=True)
class NetworkIntent:
    id: str
    name: str
    mtu: int
    physical_network: str | None = None
    """Set for a network on a wire of the provider's."""
    vlan: int | None = None

    kind = Kind.NETWORK


@dataclass(frozen=True)
class SubnetIntent:
    """How guests on a subnet are configured; a subnet without DHCP is not in the world."""

    id: str
    network_id: str
    cidr: str
    mtu: int
    server_mac: str
    gateway_ip: str | None = None
    metadata_ip: str | None = None
    """By which 169.254.169.254 is reached."""
    dns_servers: tuple[str, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    domain: str = ""
    is_stateless: bool = False
    """IPv6: True if guests make their own address and ask for the rest only."""

    kind = Kind.SUBNET


@dataclass(frozen=True)
class QosIntent:
    """How much passes at most, in kilobits a second, and how it is marked; None: as it comes."""

    egress_kbps: int | None = None
    egress_burst_kbps: int = 0
    ingress_kbps: int | None = None
    ingress_burst_kbps: int = 0
    dscp_mark: int | None = None


class PortRole(StrEnum):
    GUEST = "guest"
    METADATA = "metadata"
    """Answered on the host itself, on every host."""


@dataclass(frozen=True)
class PortAddress:
    ip: str
    subnet_id: str


@dataclass(frozen=True)
class PortIntent:
    """A port for a guest or the metadata service. A router's ports are part of its RouterIntent."""

    id: str
    network_id: str
    mac: str
    addresses: tuple[PortAddress, ...] = ()
    role: PortRole = PortRole.GUEST
    is_enabled: bool = True
    is_secured: bool = True
    """True if it may only send from its own addresses, and its groups decide what passes."""
    may_also_use: tuple[tuple[str, str], ...] = ()
    """(MAC, address or range) pairs."""
    security_group_ids: tuple[str, ...] = ()
    dhcp_subnet_ids: tuple[str, ...] = ()
    """Those of its subnets that answer it by DHCP, an IPv4 and an IPv6 one at most."""
    dhcp_options: tuple[DhcpOption, ...] = ()
    hostname: str = ""
    chassis: str = ""
    """The only host that may have it; empty: whichever does."""
    device_id: str = ""
    qos: QosIntent = QosIntent()
    names: tuple[str, ...] = ()
    """By which guests on its network find it, the full one last."""
    parent_port_id: str = ""
    """The port that carries its packets, with this tag inside; empty: it is plugged itself."""
    tag: int = 0

    kind = Kind.PORT


@dataclass(frozen=True)
class AdvertisedRange:
    """What a router tells guests by IPv6 router advertisements."""

    mode: str
    """slaac, dhcpv6_stateful or dhcpv6_stateless."""
    mtu: int


@dataclass(frozen=True)
class RouterPort:
    """A router's foot in a network."""

    port_id: str
    network_id: str
    mac: str
    cidrs: tuple[str, ...]
    """Its addresses with prefix length."""
    advertised: AdvertisedRange | None = None


@dataclass(frozen=True)
class RouterGateway:
    port: RouterPort
    physical_network: str | None
    snat_cidrs: tuple[str, ...] = ()
    """What leaves by the router's own address."""
    nexthops: tuple[str, ...] = ()
    """Where the rest of the world is."""


@dataclass(frozen=True)
class RouterIntent:
    id: str
    name: str
    is_enabled: bool
    interfaces: tuple[RouterPort, ...] = ()
    gateway: RouterGateway | None = None
    routes: tuple[HostRoute, ...] = ()

    kind = Kind.ROUTER


@dataclass(frozen=True)
class ForwardingIntent:
    """A port of an outside address that leads to a port of an inside one."""

    protocol: str
    """tcp, udp or sctp."""
    outer_port: int
    fixed_ip: str
    inner_port: int


@dataclass(frozen=True)
class FloatingIpIntent:
    """An outside address that leads to a port behind a router, or of which single ports lead to several."""

    id: str
    router_id: str
    address: str
    fixed_ip: str
    port_id: str
    mac: str
    """Of the outside address, where the guest's own host answers for it."""
    physical_network: str | None = None
    network_id: str = ""
    """The network outside, and the router's port on it."""
    gateway_port_id: str = ""
    qos: QosIntent = QosIntent()
    names: tuple[str, ...] = ()
    """By which guests find it, outside and on the network of its port."""
    inside_network_id: str = ""
    forwardings: tuple[ForwardingIntent, ...] = ()
    inside_network_ids: tuple[str, ...] = ()
    """Where guests behind the router are, who too reach the forwarded ports."""
    is_direct: bool = True
    """False where the port is behind another router, so that its own host cannot answer."""

    kind = Kind.FLOATING_IP


@dataclass(frozen=True)
class RuleIntent:
    """Something that is let through."""

    id: str
    is_ingress: bool
    is_ipv6: bool
    protocol: int | None = None
    first: int | None = None
    """The first port, or the ICMP type."""
    last: int | None = None
    """The last port, or the ICMP code."""
    remote_cidr: str | None = None
    remote_group_id: str | None = None
    remote_address_group_id: str | None = None


@dataclass(frozen=True)
class AddressGroupIntent:
    """Ranges that rules name together."""

    id: str
    name: str
    addresses: tuple[str, ...] = ()

    kind = Kind.ADDRESS_GROUP


@dataclass(frozen=True)
class SecurityGroupIntent:
    id: str
    name: str
    is_stateful: bool = True
    rules: tuple[RuleIntent, ...] = ()

    kind = Kind.SECURITY_GROUP


Intent = (
    NetworkIntent
    | AddressGroupIntent
    | SubnetIntent
    | PortIntent
    | RouterIntent
    | FloatingIpIntent
    | SecurityGroupIntent
)


@dataclass(frozen=True)
class Owned:
    """Something in the world that carries the cloud's tag."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Foreign:
    """Something in the world that the cloud did not make."""

    table: str
    """What it is, in the world's own word."""
    id: str
    name: str
    """Empty where it has none."""
    within: Owned | None = None
    """The cloud's own thing that it is part of."""


@dataclass(frozen=True)
class PortSeen:
    """A port came up on a host, or went down."""

    port_id: str
    is_up: bool


@dataclass(frozen=True)
class PacketTrace:
    """A packet that is only thought of: would it arrive?"""

    port_id: str
    network_id: str
    source_mac: str
    next_mac: str
    """Of who gets it first: the target on the same network, else a router."""
    source_ip: str
    target_ip: str
    protocol: int
    number: int | None
    """The port that it goes to, of TCP, UDP and SCTP."""
    target_port_ids: tuple[str, ...]
    """Where it should come out."""


@dataclass(frozen=True)
class Traced:
    arrives: bool
    lines: tuple[str, ...]
    """How the network puts it."""


class NetworkDriver(Protocol):
    """Carries the networks. Every verb may be repeated; what the cloud did not make is left alone.

    Raises Unavailable `network.unreachable` while the world does not answer; nothing is half done then that
    the same call does not complete.
    """

    def ensure(self, intents: Sequence[Intent]) -> int:
        """All of them are as they should be, all or none; answers how many were not before.

        An intent may name things (a port its network and groups) that are in the world already or stand before
        it in the sequence; raises Conflict `network.not_ready` where neither is so.
        """
        ...

    def differing(self, intents: Sequence[Intent]) -> frozenset[Owned]:
        """Which of them are not as they should be; nothing is changed. Otherwise as `ensure`."""
        ...

    def remove(self, owned: Sequence[Owned]) -> None:
        """None of them is there, nor what was made for it alone."""
        ...

    def list_owned(self) -> frozenset[Owned]: ...

    def list_foreign(self) -> tuple[Foreign, ...]:
        """What the cloud did not make and leaves alone."""
        ...

    def list_up(self) -> frozenset[str]:
        """The ids of the ports that a host has."""
        ...

    def trace(self, packet: PacketTrace) -> Traced | None:
        """What would become of a packet; None where nothing but what is written is known."""
        ...

    def list_chassis(self) -> tuple[Chassis, ...]: ...

    def remove_chassis(self, name: str) -> None:
        """Forget a host that will not come back; one that lives tells of itself again."""
        ...

    def watch(self, port_seen: Callable[[PortSeen], None], changed: Callable[[], None]) -> None:
        """From now on tell of ports, and of everything after which a comparison is due: new hosts, a new connection."""
        ...

    def close(self) -> None: ...
