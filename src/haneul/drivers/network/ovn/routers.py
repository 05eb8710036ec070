"""Routers and floating IPs: logical routers, their feet in networks, routes and address translation."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from haneul.drivers.network.ovn.names import floating_ip_name_rows
from haneul.drivers.network.ovn.networks import switch
from haneul.drivers.network.ovn.qos import floating_ip_qos_rows
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import (
    FloatingIpIntent,
    ForwardingIntent,
    Kind,
    RouterGateway,
    RouterIntent,
    RouterPort,
)
from haneul.services.network.model.agents import Chassis

MAX_GATEWAYS = 5
"""So many hosts at most stand by to be a router's way out."""


def router(router_id: str) -> Address:
    return Address(Kind.ROUTER, router_id, "router")


def router_rows(intent: RouterIntent, chassis: Sequence[Chassis]) -> Iterable[Wanted]:
    columns = {
        "name": f"router-{intent.id}",
        "enabled": [intent.is_enabled],
        "options": {"always_learn_from_arp_request": "false", "dynamic_neigh_routers": "true"},
    }
    yield Wanted("Logical_Router", router(intent.id), columns, tags={"haneul:name": intent.name})
    for port in intent.interfaces:
        yield from _foot(intent.id, port, {})
    for number, route in enumerate(intent.routes):
        prefix = str(ipaddress.ip_network(route.destination, strict=False))
        yield _route(intent.id, f"route-{number}", {"ip_prefix": prefix, "nexthop": route.nexthop})
    if intent.gateway is not None:
        yield from _gateway_rows(intent.id, intent.gateway, chassis)


def _foot(router_id: str, port: RouterPort, peer_options: dict[str, str]) -> Iterable[Wanted]:
    """A router's port and the switch's port that it is tied to."""
    ra: dict[str, str] = {}
    if port.advertised is not None:
        ra = {"address_mode": port.advertised.mode, "mtu": str(port.advertised.mtu), "send_periodic": "true"}
    columns: dict[str, Any] = {
        "name": f"lrp-{port.port_id}",
        "mac": port.mac,
        "networks": list(port.cidrs),
        "ipv6_ra_configs": ra,
    }
    own = Address(Kind.ROUTER, router_id, f"foot-{port.port_id}")
    yield Wanted("Logical_Router_Port", own, columns, within=router(router_id))
    peer = {
        "name": port.port_id,
        "type": "router",
        "addresses": ["router"],
        "options": {"router-port": f"lrp-{port.port_id}"} | peer_options,
    }
    address = Address(Kind.ROUTER, router_id, f"peer-{port.port_id}")
    yield Wanted("Logical_Switch_Port", address, peer, within=switch(port.network_id))


def _gateway_rows(router_id: str, gateway: RouterGateway, chassis: Sequence[Chassis]) -> Iterable[Wanted]:
    yield from _foot(router_id, gateway.port, {"nat-addresses": "router", "exclude-lb-vips-from-garp": "true"})
    lrp = f"lrp-{gateway.port.port_id}"
    within = Address(Kind.ROUTER, router_id, f"foot-{gateway.port.port_id}")
    candidates = gateways(router_id, gateway.physical_network, chassis)
    for place, name in enumerate(candidates):
        columns = {"name": f"{lrp}_{name}", "chassis_name": name, "priority": len(candidates) - place}
        yield Wanted("Gateway_Chassis", Address(Kind.ROUTER, router_id, f"chassis-{name}"), columns, within=within)
    for nexthop in gateway.nexthops:
        prefix = "::/0" if ipaddress.ip_address(nexthop).version == 6 else "0.0.0.0/0"
        columns = {"ip_prefix": prefix, "nexthop": nexthop, "output_port": [lrp]}
        yield _route(router_id, f"default-{nexthop}", columns)
    yield from _snat(router_id, gateway)


def _snat(router_id: str, gateway: RouterGateway) -> Iterable[Wanted]:
    outside = {net.version: str(net.ip) for net in reversed([ipaddress.ip_interface(c) for c in gateway.port.cidrs])}
    for cidr in gateway.snat_cidrs:
        version = ipaddress.ip_network(cidr).version
        if version in outside:
            columns = {"type": "snat", "external_ip": outside[version], "logical_ip": cidr}
            address = Address(Kind.ROUTER, router_id, f"snat-{cidr}")
            yield Wanted("NAT", address, columns, within=router(router_id))


def _route(router_id: str, part: str, columns: dict[str, Any]) -> Wanted:
    address = Address(Kind.ROUTER, router_id, part)
    return Wanted("Logical_Router_Static_Route", address, columns, within=router(router_id))


def gateways(router_id: str, physical_network: str | None, chassis: Sequence[Chassis]) -> list[str]:
    """The hosts that may be the way out, the first choice first: the same for the same hosts, another per router."""
    fit = [c.name for c in chassis if physical_network is None or physical_network in c.bridge_mappings]
    return sorted(fit, key=lambda name: hashlib.sha256(f"{router_id}{name}".encode()).digest())[:MAX_GATEWAYS]


def floating_ip_rows(intent: FloatingIpIntent, chassis: Sequence[Chassis]) -> Iterable[Wanted]:
    """Answered by the guest's own host where every host has the wire, else by the router's gateway; forwarded ports
    by the gateway, and to guests behind the router on their own network."""
    for protocol, forwardings in groupby(intent.forwardings, key=lambda each: each.protocol):
        yield from _balancers(intent, protocol, forwardings)
    if not intent.fixed_ip:
        return
    is_wired = bool(chassis) and all(intent.physical_network in each.bridge_mappings for each in chassis)
    on_every_host = is_wired and intent.is_direct
    columns: dict[str, Any] = {
        "type": "dnat_and_snat",
        "external_ip": intent.address,
        "logical_ip": intent.fixed_ip,
        "external_mac": [intent.mac] if on_every_host else [],
        "logical_port": [intent.port_id] if on_every_host else [],
    }
    address = Address(Kind.FLOATING_IP, intent.id, "nat")
    yield Wanted("NAT", address, columns, within=router(intent.router_id))
    yield from floating_ip_qos_rows(intent)
    yield from floating_ip_name_rows(intent)


def _balancers(intent: FloatingIpIntent, protocol: str, forwardings: Iterable[ForwardingIntent]) -> Iterable[Wanted]:
    """Ports of an address that lead elsewhere: load balancers with one member for each port.

    That of the router sees only what comes from outside: OVN translates for it on the gateway's host.
    """
    vips = {f"{intent.address}:{each.outer_port}": f"{each.fixed_ip}:{each.inner_port}" for each in forwardings}
    columns = {"name": f"forwardings-{intent.id}-{protocol}", "protocol": [protocol], "vips": vips}
    part = f"forwardings-{protocol}"
    yield Wanted("Load_Balancer", Address(Kind.FLOATING_IP, intent.id, part), columns, within=router(intent.router_id))
    for network_id in intent.inside_network_ids:
        address = Address(Kind.FLOATING_IP, intent.id, f"{part}-{network_id}")
        yield Wanted("Load_Balancer", address, columns, within=switch(network_id))
