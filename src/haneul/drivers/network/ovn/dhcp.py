"""DHCP, answered by OVN on the host itself: options of subnets, and of ports that want others. Source: ovn-nb(5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from haneul.drivers.network.ovn.expressions import addresses, quoted
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.kit.errors import Invalid
from haneul.services.network.driver import Kind, PortIntent, SubnetIntent

LEASE_S = 43_200
METADATA = "169.254.169.254/32"
_LISTS = {
    "dns-server": "dns_server",
    "ntp-server": "ntp_server",
    "dns_server": "dns_server",
    "ntp_server": "ntp_server",
}
_NUMBERS = {"mtu": "mtu", "interface-mtu": "mtu", "26": "mtu", "lease-time": "lease_time", "51": "lease_time"}
_ADDRESSES = {
    "router": "router",
    "3": "router",
    "server-ip-address": "tftp_server_address",
    "150": "tftp_server_address",
    "netmask": "netmask",
    "1": "netmask",
}
_TEXTS = {
    "domain-name": "domain_name",
    "15": "domain_name",
    "tftp-server": "tftp_server",
    "66": "tftp_server",
    "hostname": "hostname",
    "12": "hostname",
}


def subnet_rows(subnet: SubnetIntent) -> Iterable[Wanted]:
    is_ipv6 = ipaddress.ip_network(subnet.cidr).version == 6
    options = _options_v6(subnet) if is_ipv6 else _options_v4(subnet)
    address = Address(Kind.SUBNET, subnet.id, "dhcp")
    yield Wanted("DHCP_Options", address, {"cidr": subnet.cidr, "options": options})


def _options_v4(subnet: SubnetIntent) -> dict[str, str]:
    options = {
        "server_id": subnet.gateway_ip or subnet.metadata_ip or str(next(ipaddress.ip_network(subnet.cidr).hosts())),
        "server_mac": subnet.server_mac,
        "lease_time": str(LEASE_S),
        "mtu": str(int(subnet.mtu)),
    }
    if subnet.gateway_ip:
        options["router"] = subnet.gateway_ip
    if subnet.dns_servers:
        options["dns_server"] = addresses(subnet.dns_servers)
    if subnet.domain:
        options["domain_name"] = quoted(subnet.domain)
    if routes := _routes(subnet):
        options["classless_static_route"] = "{" + ", ".join(routes) + "}"
    return options


def _routes(subnet: SubnetIntent) -> list[str]:
    """Option 121; a client that has it ignores the router option, so the default route is in it too."""
    routes = [f"{METADATA},{subnet.metadata_ip}"] if subnet.metadata_ip else []
    for route in subnet.host_routes:
        nexthop = ipaddress.ip_address(route.nexthop)
        routes.append(f"{ipaddress.ip_network(route.destination, strict=False)},{nexthop}")
    has_default = any(
        ipaddress.ip_network(route.destination, strict=False).prefixlen == 0 for route in subnet.host_routes
    )
    if routes and subnet.gateway_ip and not has_default:
        routes.append(f"0.0.0.0/0,{subnet.gateway_ip}")
    return routes


def _options_v6(subnet: SubnetIntent) -> dict[str, str]:
    options = {"server_id": subnet.server_mac}
    if subnet.dns_servers:
        options["dns_server"] = addresses(subnet.dns_servers)
    if subnet.domain:
        options["domain_search"] = quoted(subnet.domain)
    if subnet.is_stateless:
        options["dhcpv6_stateless"] = "true"
    return options


def own_options(port: PortIntent, subnet_options: dict[str, str], version: int) -> dict[str, str]:
    """A subnet's options with what the port wants otherwise; names that OVN cannot tell are left out."""
    options = dict(subnet_options)
    for wish in port.dhcp_options:
        if wish.ip_version != version or wish.opt_value is None:
            continue
        try:
            translated = _translate(wish.opt_name, wish.opt_value)
        except (ValueError, Invalid):
            continue  # What cannot be told must not keep the port from its network.
        if translated is not None:
            options[translated[0]] = translated[1]
    return options


def _translate(name: str, value: str) -> tuple[str, str] | None:
    if name in _LISTS:
        return _LISTS[name], addresses(tuple(part.strip() for part in value.split(",")))
    if name in _NUMBERS:
        return _NUMBERS[name], str(int(value))
    if name in _ADDRESSES:
        return _ADDRESSES[name], str(ipaddress.ip_address(value))
    if name in _TEXTS:
        return _TEXTS[name], quoted(value)
    return None
