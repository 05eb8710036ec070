"""How routers should be, told from their rows, ports and subnets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from haneul.services.network.driver import AdvertisedRange, RouterGateway, RouterIntent, RouterPort
from haneul.services.network.model.addressing import parse_cidr
from haneul.services.network.model.networks import Subnet, VirtualNetwork
from haneul.services.network.model.ports import GATEWAY_OWNER, ROUTER_OWNERS, Port
from haneul.services.network.model.routers import Router
from haneul.services.network.parts import Parts


@dataclass(frozen=True)
class _Surroundings:
    """What the routers have to do with."""

    ports: dict[str, list[Port]]
    subnets: dict[str, Subnet]
    networks: dict[str, VirtualNetwork]


@dataclass(frozen=True)
class RouterIntents:
    parts: Parts

    def of(self, router_ids: Iterable[str]) -> Iterator[RouterIntent]:
        routers = self.parts.store.routers.by_ids(router_ids)
        ports = self.parts.store.ports.by_devices(routers, ROUTER_OWNERS)
        every_port = [port for some in ports.values() for port in some]
        subnets = self.parts.store.subnets.by_ids(fixed.subnet_id for port in every_port for fixed in port.fixed_ips)
        networks = self.parts.store.networks.by_ids(port.network_id for port in every_port)
        around = _Surroundings(ports, subnets, networks)
        for router in routers.values():
            yield _router(router, around)


def _router(router: Router, around: _Surroundings) -> RouterIntent:
    ports = around.ports.get(router.id, [])
    interfaces = [port for port in ports if port.device_owner != GATEWAY_OWNER and port.fixed_ips]
    gateway = next((port for port in ports if port.device_owner == GATEWAY_OWNER and port.fixed_ips), None)
    return RouterIntent(
        id=router.id,
        name=router.name,
        is_enabled=router.is_admin_up,
        interfaces=tuple(_foot(port, around) for port in interfaces),
        gateway=None if gateway is None else _gateway(router, gateway, interfaces, around),
        routes=router.routes,
    )


def _foot(port: Port, around: _Surroundings) -> RouterPort:
    cidrs = tuple(
        f"{fixed.ip_address}/{parse_cidr(around.subnets[fixed.subnet_id].cidr).prefixlen}" for fixed in port.fixed_ips
    )
    advertised = None
    for fixed in port.fixed_ips:
        subnet = around.subnets[fixed.subnet_id]
        if subnet.ip_version == 6 and subnet.ra_mode:
            mode = subnet.ra_mode.replace("dhcpv6-", "dhcpv6_")
            advertised = AdvertisedRange(mode, around.networks[port.network_id].mtu)
    return RouterPort(port.id, port.network_id, port.mac_address, cidrs, advertised)


def _gateway(router: Router, port: Port, interfaces: list[Port], around: _Surroundings) -> RouterGateway:
    has_snat = router.gateway is not None and router.gateway.has_snat
    outer_scope = around.networks[port.network_id].ipv4_scope_id
    inside = [
        around.subnets[fixed.subnet_id].cidr
        for each in interfaces
        for fixed in each.fixed_ips
        if around.subnets[fixed.subnet_id].ip_version == 4
        and not _is_known_outside(around.networks[each.network_id].ipv4_scope_id, outer_scope)
    ]
    snat = tuple(dict.fromkeys(inside)) if has_snat else ()
    outside = (around.subnets[fixed.subnet_id] for fixed in port.fixed_ips)
    nexthops = tuple(dict.fromkeys(subnet.gateway_ip for subnet in outside if subnet.gateway_ip))
    return RouterGateway(
        port=_foot(port, around),
        physical_network=around.networks[port.network_id].physical_network,
        snat_cidrs=snat,
        nexthops=nexthops,
    )


def _is_known_outside(scope_id: str | None, outer_scope_id: str | None) -> bool:
    """True if the addresses are of the scope that the network outside is in: they leave as they are."""
    return scope_id is not None and scope_id == outer_scope_id
