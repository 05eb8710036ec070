"""Ports of guests and of the metadata service, as logical switch ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Protocol

from haneul.drivers.network.ovn.dhcp import own_options
from haneul.drivers.network.ovn.expressions import quoted
from haneul.drivers.network.ovn.names import port_name_rows
from haneul.drivers.network.ovn.networks import switch
from haneul.drivers.network.ovn.qos import port_qos_rows
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.security_groups import DROP, group
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import Kind, PortIntent, PortRole
from haneul.services.network.model.addressing import slaac_address

METADATA_IPV6 = "fe80::a9fe:a9fe"
"""By which guests reach the metadata service without IPv4, on their own network as on every other."""


_LINK_LOCAL = ipaddress.ip_network("fe80::/64")


class Served(Protocol):
    """The subnets that are answered by DHCP."""

    def find(self, subnet_id: str) -> tuple[str, dict[str, str]] | None:
        """A subnet's range and DHCP options, as they stand in OVN or are about to."""
        ...


def port_rows(port: PortIntent, served: Served) -> Iterable[Wanted]:
    refs, own = _dhcp(port, served)
    yield from own
    columns: dict[str, Any] = {
        "name": port.id,
        "type": "localport" if port.role is PortRole.METADATA else "",
        "addresses": _addresses(port),
        "port_security": _port_security(port),
        "enabled": [port.is_enabled],
        "parent_name": [port.parent_port_id] if port.parent_port_id else [],
        "tag": [port.tag] if port.parent_port_id else [],
        "options": _options(port),
    }
    yield from port_qos_rows(port)
    yield from port_name_rows(port)
    is_guarded = port.is_secured and port.role is PortRole.GUEST
    yield Wanted(
        "Logical_Switch_Port",
        Address(Kind.PORT, port.id, "port"),
        columns,
        within=switch(port.network_id),
        refs=refs,
        tags={"haneul:device": port.device_id},
        member_of=(DROP, *(group(group_id) for group_id in port.security_group_ids)) if is_guarded else (),
    )


def _addresses(port: PortIntent) -> list[str]:
    ips = [address.ip for address in port.addresses]
    if port.role is PortRole.METADATA:
        ips.append(METADATA_IPV6)
    known = [" ".join([port.mac, *ips])]
    return known if port.is_secured or port.role is PortRole.METADATA else [*known, "unknown"]


def _port_security(port: PortIntent) -> list[str]:
    if not port.is_secured or port.role is PortRole.METADATA:
        return []
    allowed: dict[str, list[str]] = {port.mac: [address.ip for address in port.addresses]}
    if any(":" in address.ip for address in port.addresses):
        # OVN lets a card use it anyway, but 23.03 drops its neighbour advertisements unless it is named.
        allowed[port.mac].append(slaac_address(_LINK_LOCAL, port.mac))
    for mac, ips in port.may_also_use:
        allowed.setdefault(mac, []).append(str(ipaddress.ip_network(ips, strict=False)))
    return [" ".join([mac, *_whole(ips)]) for mac, ips in allowed.items()]


def _whole(ips: list[str]) -> list[str]:
    """Single addresses without their prefix length, as OVN writes them."""
    return [str(net.network_address) if net.num_addresses == 1 else str(net) for net in map(ipaddress.ip_network, ips)]


def _options(port: PortIntent) -> dict[str, str]:
    options = {}
    if port.chassis and port.role is PortRole.GUEST:
        options["requested-chassis"] = port.chassis
    if port.hostname and port.role is PortRole.GUEST:
        options["hostname"] = quoted(port.hostname)
    return options


def _dhcp(port: PortIntent, served: Served) -> tuple[dict[str, Address | None], list[Wanted]]:
    """Which options answer the port, and those of its own if it wants some that its subnet has not."""
    refs: dict[str, Address | None] = {"dhcpv4_options": None, "dhcpv6_options": None}
    own = []
    for subnet_id in port.dhcp_subnet_ids if port.role is PortRole.GUEST else ():
        found = served.find(subnet_id)
        if found is None:
            continue
        cidr, options = found
        version = ipaddress.ip_network(cidr).version
        wanted = own_options(port, options, version)
        address = Address(Kind.SUBNET, subnet_id, "dhcp")
        if wanted != options:
            address = Address(Kind.PORT, port.id, f"dhcp-{version}")
            own.append(Wanted("DHCP_Options", address, {"cidr": cidr, "options": wanted}))
        refs[f"dhcpv{version}_options"] = address
    return refs, own
