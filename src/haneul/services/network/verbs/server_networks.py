"""Networks as servers meet them: which one is meant, and what a guest is told of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from haneul.kit.errors import Conflict, Forbidden
from haneul.kit.policy import Caller
from haneul.services.network.model.addressing import parse_cidr
from haneul.services.network.model.grants import EVERYBODY, is_shared_with
from haneul.services.network.model.listing import Filter, Listing
from haneul.services.network.model.networks import Subnet, VirtualNetwork
from haneul.services.network.model.ports import Port
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access


@dataclass(frozen=True)
class ServerNetworks:
    parts: Parts

    def for_servers(self, caller: Caller, requested: Sequence[str] | None) -> tuple[VirtualNetwork, ...]:
        """The networks that a server shall be on: those named by id, or the one that its project can use, if any.

        Raises Conflict `network.ambiguous` where there are several, NotFound `network.not_found`, Forbidden
        `network.external_attach`.
        """
        if requested is None:
            usable = self._usable(caller)
            if len(usable) > 1:
                raise Conflict(
                    "network.ambiguous",
                    "Multiple possible networks found, use a Network ID to be more specific.",
                )
            return tuple(usable)
        return tuple(self._attachable(caller, network_id) for network_id in requested)

    def network_data(self, server_id: str) -> str:
        """JSON text of openstack/latest/network_data.json: the server's cards, addresses and name servers."""
        ports = self.parts.store.ports.of_server(server_id)
        networks = self.parts.store.networks.by_ids(port.network_id for port in ports)
        subnets = self.parts.store.subnets.by_ids(fixed.subnet_id for port in ports for fixed in port.fixed_ips)
        links = [_link(port, networks[port.network_id]) for port in ports]
        found: list[dict[str, Any]] = []
        for port in ports:
            for fixed in port.fixed_ips:
                subnet = subnets[fixed.subnet_id]
                found.append({"id": f"network{len(found)}", **self._address(port, fixed.ip_address, subnet)})
        servers = dict.fromkeys(server for subnet in subnets.values() for server in self._servers(subnet))
        services = [{"type": "dns", "address": server} for server in servers]
        return msgspec.json.encode({"links": links, "networks": found, "services": services}).decode()

    def _usable(self, caller: Caller) -> list[VirtualNetwork]:
        """The project's own networks, or where it has none those that are shared with it."""
        rows = self.parts.store.networks
        own = rows.page(Listing(Filter({"project_id": (caller.project_id,), "is_external": (False,)})))
        if own:
            return own
        shared = (EVERYBODY, caller.project_id)
        return rows.page(Listing(Filter({"shared_with": shared, "is_external": (False,)})))

    def _attachable(self, caller: Caller, network_id: str) -> VirtualNetwork:
        network = Access(self.parts).network(caller, network_id)
        is_usable = not network.is_external or is_shared_with(network, caller.project_id)
        if not is_usable and not Access(self.parts).sees_all(caller):
            raise Forbidden(
                "network.external_attach",
                f"It is not allowed to create an interface on external network {network_id}: "
                "use a network of the project, and a floating IP.",
            )
        return network

    def _servers(self, subnet: Subnet) -> tuple[str, ...]:
        return subnet.dns_servers or tuple(
            server for server in self.parts.options.dns_servers if (":" in server) == (subnet.ip_version == 6)
        )

    def _address(self, port: Port, address: str, subnet: Subnet) -> dict[str, Any]:
        told: dict[str, Any] = {"link": _tap(port), "network_id": port.network_id}
        if subnet.ip_version == 4 and subnet.has_dhcp:
            return told | {"type": "ipv4_dhcp"}
        if subnet.ip_version == 6 and subnet.address_mode:
            kind = "ipv6_slaac" if subnet.address_mode == "slaac" else f"ipv6_{subnet.address_mode}"
            return told | {"type": kind}
        cidr = parse_cidr(subnet.cidr)
        any_address = "0.0.0.0" if subnet.ip_version == 4 else "::"
        routes = [_route(route.destination, route.nexthop) for route in subnet.host_routes]
        if subnet.gateway_ip:
            routes.insert(0, {"network": any_address, "netmask": any_address, "gateway": subnet.gateway_ip})
        services = [{"type": "dns", "address": server} for server in self._servers(subnet)]
        return told | {
            "type": f"ipv{subnet.ip_version}",
            "ip_address": address,
            "netmask": str(cidr.netmask),
            "routes": routes,
            "services": services,
        }


def _route(destination: str, nexthop: str) -> dict[str, str]:
    cidr = parse_cidr(destination)
    return {"network": str(cidr.network_address), "netmask": str(cidr.netmask), "gateway": nexthop}


def _tap(port: Port) -> str:
    return f"tap{port.id[:11]}"


def _link(port: Port, network: VirtualNetwork) -> dict[str, Any]:
    return {
        "id": _tap(port),
        "vif_id": port.id,
        "type": "ovs",
        "mtu": network.mtu,
        "ethernet_mac_address": port.mac_address,
    }
