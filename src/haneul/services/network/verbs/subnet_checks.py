"""What makes a subnet sensible."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid
from haneul.services.network.model.addressing import (
    Range,
    check_pools,
    first_address,
    is_usable,
    overlaps,
    parse_address,
    parse_cidr,
    pool_with,
)
from haneul.services.network.model.networks import AddressRange, HostRoute, NewSubnet, Subnet

MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")
MAX_DNS_SERVERS = 5
MAX_HOST_ROUTES = 20
_SLAAC_PREFIX = 64


def check_range(new: NewSubnet) -> Range:
    """The range that is asked for. Raises Invalid."""
    cidr = parse_cidr(new.cidr, new.ip_version)
    if cidr.prefixlen == 0 or cidr.is_multicast or cidr.is_loopback:
        raise Invalid("subnet.bad_cidr", f"{cidr} cannot be a subnet: give a range that hosts may have.")
    if new.has_dhcp and cidr.version == 4 and cidr.prefixlen > 30:
        raise Invalid(
            "subnet.too_small",
            f"Invalid input for operation: Subnet has a prefix length that is incompatible with DHCP service "
            f"enabled ({cidr}): give a larger range, or disable DHCP.",
        )
    return cidr


def check_apart(cidr: Range, others: Iterable[Subnet]) -> None:
    """Raises Invalid `subnet.overlap` where the network has such addresses already."""
    for other in others:
        if overlaps(str(cidr), other.cidr):
            raise Invalid(
                "subnet.overlap",
                f"Invalid input for operation: Requested subnet with cidr: {cidr} for network: {other.network_id} "
                f"overlaps with another subnet (overlaps with {other.cidr} of {other.id}): choose another range.",
            )


def choose_gateway(new: NewSubnet, cidr: Range) -> str | None:
    """Raises Invalid `subnet.bad_gateway`."""
    if isinstance(new.gateway_ip, UnsetType):
        return first_address(cidr)
    check_gateway(new.gateway_ip, cidr)
    return None if new.gateway_ip is None else str(parse_address(new.gateway_ip))


def check_gateway(gateway: str | None, cidr: Range) -> None:
    """Raises Invalid `subnet.bad_gateway`."""
    if gateway is None:
        return
    address = parse_address(gateway)
    if address.version != cidr.version:
        raise Invalid(
            "subnet.bad_gateway",
            f"Invalid input for operation: gateway_ip '{gateway}' does not match the ip_version '{cidr.version}'.",
        )
    if address in cidr and not is_usable(cidr, address) and cidr.version == 4:
        raise Invalid(
            "subnet.bad_gateway", f"Invalid input for operation: Gateway is not valid on subnet: {gateway} of {cidr}."
        )


def check_gateway_apart(gateway: str | None, pools: Iterable[AddressRange]) -> None:
    """Raises Conflict `subnet.gateway_in_pool`."""
    pool = pool_with(pools, gateway) if gateway is not None else None
    if pool is not None:
        raise Conflict(
            "subnet.gateway_in_pool",
            f"Gateway ip {gateway} conflicts with allocation pool {pool.start}-{pool.end}: keep them apart.",
        )


def choose_pools(pools: tuple[AddressRange, ...], cidr: Range) -> tuple[AddressRange, ...]:
    check_pools(cidr, pools)
    return tuple(AddressRange(str(parse_address(pool.start)), str(parse_address(pool.end))) for pool in pools)


def check_servers_and_routes(ip_version: int, dns_servers: tuple[str, ...], host_routes: tuple[HostRoute, ...]) -> None:
    """Raises Invalid for addresses that are none or of the other version, and for too many of them."""
    if len(dns_servers) > MAX_DNS_SERVERS:
        raise Invalid(
            "subnet.too_many_servers", f"A subnet has at most {MAX_DNS_SERVERS} DNS servers: name fewer of them."
        )
    if len(set(dns_servers)) < len(dns_servers):
        raise Invalid("subnet.servers_repeat", "Invalid input for dns_nameservers. Reason: Duplicate nameserver.")
    for server in dns_servers:
        parse_address(server)
    if len(host_routes) > MAX_HOST_ROUTES:
        raise Invalid("subnet.too_many_routes", f"A subnet has at most {MAX_HOST_ROUTES} host routes: name fewer.")
    if len(set(host_routes)) < len(host_routes):
        raise Invalid("subnet.routes_repeat", "Invalid input for host_routes. Reason: Duplicate hostroute.")
    for route in host_routes:
        parse_cidr(route.destination, ip_version)
        if parse_address(route.nexthop).version != ip_version:
            raise Invalid(
                "subnet.wrong_version", f"{route.nexthop} is not an IPv{ip_version} address: give one of that version."
            )


def check_modes(new: NewSubnet, cidr: Range) -> None:
    """IPv6: how guests come by their addresses. Raises Invalid `subnet.bad_modes`."""
    said = [mode for mode in (new.ra_mode, new.address_mode) if mode is not None]
    if not said:
        return
    if new.ip_version != 6:
        raise _bad("ipv6_ra_mode and ipv6_address_mode can only be set for IPv6 subnets")
    if not new.has_dhcp:
        raise _bad("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
    if any(mode not in MODES for mode in said):
        raise _bad(f"ipv6_ra_mode and ipv6_address_mode are one of {', '.join(MODES)}")
    if len(set(said)) > 1:
        raise _bad(
            f"ipv6_ra_mode set to '{new.ra_mode}' with ipv6_address_mode set to '{new.address_mode}' is not valid. "
            "If both attributes are set, they must be the same value"
        )
    if said[0] != "dhcpv6-stateful" and cidr.prefixlen != _SLAAC_PREFIX:
        raise _bad(f"Invalid CIDR {cidr} for IPv6 address mode. Guests make their own addresses in a /64 only")


def _bad(why: str) -> Invalid:
    return Invalid("subnet.bad_modes", f"Invalid input for operation: {why}.")
