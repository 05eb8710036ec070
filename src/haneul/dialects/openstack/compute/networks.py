"""Networks and floating IPs as compute spoke of them until 2.35: the network service's, in older words."""

from __future__ import annotations

import ipaddress
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.schemas.forms import Schema, action, wrapped
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.network import (
    Filter,
    FloatingIp,
    FloatingIpChanges,
    Listing,
    NewFloatingIp,
    Port,
    VirtualNetwork,
)

CREATE_FLOATING_IP: Schema = {"type": ["object", "null"], "properties": {"pool": {"type": ["string", "null"]}}}
_ADDRESS: Schema = {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}
ADD_FLOATING_IP = action(
    "addFloatingIp",
    wrapped("x", {"address": _ADDRESS, "fixed_address": _ADDRESS}, ("address",))["properties"]["x"],
)
REMOVE_FLOATING_IP = action("removeFloatingIp", wrapped("x", {"address": _ADDRESS}, ("address",))["properties"]["x"])

_UNKNOWN = [
    "bridge",
    "bridge_interface",
    "broadcast",
    "cidr",
    "cidr_v6",
    "created_at",
    "deleted",
    "deleted_at",
    "dhcp_server",
    "dhcp_start",
    "dns1",
    "dns2",
    "enable_dhcp",
    "gateway",
    "gateway_v6",
    "host",
    "injected",
    "mtu",
    "multi_host",
    "netmask",
    "netmask_v6",
    "priority",
    "project_id",
    "rxtx_base",
    "share_address",
    "updated_at",
    "vlan",
    "vpn_private_address",
    "vpn_public_address",
    "vpn_public_port",
]
"""What was told of networks before there was a network service."""


def list_networks(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"networks": [_network(each) for each in cloud.network.networks.list(req.caller)]})


def get_network(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"network": _network(_get_network(cloud, req))})


def list_tenant_networks(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"networks": [_tenant_network(each) for each in cloud.network.networks.list(req.caller)]})


def get_tenant_network(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"network": _tenant_network(_get_network(cloud, req))})


def _get_network(cloud: Cloud, req: Request) -> VirtualNetwork:
    return cloud.network.networks.get(req.caller, req.params["network_id"])


def _network(network: VirtualNetwork) -> dict[str, Any]:
    return {"id": network.id, "label": network.name, **dict.fromkeys(_UNKNOWN)}


def _tenant_network(network: VirtualNetwork) -> dict[str, Any]:
    """The CIDR is the word None, as it came to be said."""
    return {"id": network.id, "label": network.name, "cidr": str(None)}


# Floating IPs.


def list_floating_ip_pools(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"floating_ip_pools": [{"name": pool.name} for pool in _pools(cloud, req)]})


def _pools(cloud: Cloud, req: Request) -> list[VirtualNetwork]:
    return cloud.network.networks.list(req.caller, Listing(Filter({"is_external": (True,)})))


def list_floating_ips(cloud: Cloud, req: Request) -> Reply:
    mine = Listing(Filter({"project_id": (req.caller.project_id,)}))
    found = cloud.network.floating_ips.list(req.caller, mine)
    pools, ports = _pool_names(cloud, req), _ports_by_id(cloud, req, found)
    return Reply(200, {"floating_ips": [_floating(each, pools, ports) for each in found]})


def get_floating_ip(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"floating_ip": _shown(cloud, req, _get_floating_ip(cloud, req))})


def create_floating_ip(cloud: Cloud, req: Request) -> Reply:
    wanted = (req.body or {}).get("pool")
    pools = [pool for pool in _pools(cloud, req) if wanted in (None, "", pool.name, pool.id)]
    if not pools:
        raise NotFound("floating_ip.no_pool", f"Floating IP pool {wanted or ''} could not be found: list the pools.")
    made = cloud.network.floating_ips.create(req.caller, NewFloatingIp(pools[0].id))
    return Reply(200, {"floating_ip": _shown(cloud, req, made)})


def delete_floating_ip(cloud: Cloud, req: Request) -> Reply:
    cloud.network.floating_ips.delete(req.caller, _get_floating_ip(cloud, req).id)
    return Reply(202)


def add_floating_ip(cloud: Cloud, req: Request) -> Reply:
    """Until 2.43: to the server's fixed address, or to its first one. A conflict was a mistake of the request then."""
    asked = req.body["addFloatingIp"]
    server_id = cloud.compute.servers.get(req.caller, req.params["server_id"]).server.id
    floating = _by_address(cloud, req, asked["address"])
    port, fixed_ip = _landing(cloud, req, server_id, asked.get("fixed_address"))
    changes = FloatingIpChanges(port_id=port.id, fixed_ip=fixed_ip)
    try:
        cloud.network.floating_ips.update(req.caller, floating.id, changes)
    except Conflict as error:
        raise Invalid(error.code, error.message) from error
    return Reply(202)


def remove_floating_ip(cloud: Cloud, req: Request) -> Reply:
    """Until 2.43."""
    server_id = cloud.compute.servers.get(req.caller, req.params["server_id"]).server.id
    floating = _by_address(cloud, req, req.body["removeFloatingIp"]["address"])
    port = _ports_by_id(cloud, req, [floating]).get(floating.port_id or "")
    if port is None or port.device_id != server_id:
        raise Conflict(
            "floating_ip.elsewhere",
            f"Floating IP {floating.address} is not associated with instance {server_id}: see where it is.",
        )
    cloud.network.floating_ips.update(req.caller, floating.id, FloatingIpChanges(port_id=None))
    return Reply(202)


def _get_floating_ip(cloud: Cloud, req: Request) -> FloatingIp:
    return cloud.network.floating_ips.get(req.caller, req.params["floating_ip_id"])


def _by_address(cloud: Cloud, req: Request, address: str) -> FloatingIp:
    found = cloud.network.floating_ips.list(req.caller, Listing(Filter({"address": (address,)})))
    if not found:
        raise NotFound("floating_ip.not_found", f"Floating IP {address} could not be found: allocate one.")
    return found[0]


def _landing(cloud: Cloud, req: Request, server_id: str, wanted: str | None) -> tuple[Port, str]:
    """The server's port and fixed address to which a floating one shall lead."""
    ports = cloud.network.ports.list(req.caller, Listing(Filter({"device_id": (server_id,)})))
    for port in ports:
        for address in port.addresses:
            if address == wanted or (wanted is None and ipaddress.ip_address(address).version == 4):
                return port, address
    if wanted is not None:
        raise Invalid("server.no_address", f"Specified fixed address {wanted} not assigned to instance {server_id}.")
    raise Invalid("server.no_address", f"Instance {server_id} has no fixed IPv4 address to associate: give it one.")


def _pool_names(cloud: Cloud, req: Request) -> dict[str, str]:
    return {pool.id: pool.name for pool in _pools(cloud, req)}


def _ports_by_id(cloud: Cloud, req: Request, floating_ips: list[FloatingIp]) -> dict[str, Port]:
    ids = tuple(each.port_id for each in floating_ips if each.port_id)
    ports = cloud.network.ports.list(req.caller, Listing(Filter({"id": ids}))) if ids else []
    return {port.id: port for port in ports}


def _shown(cloud: Cloud, req: Request, floating: FloatingIp) -> dict[str, Any]:
    return _floating(floating, _pool_names(cloud, req), _ports_by_id(cloud, req, [floating]))


def _floating(floating: FloatingIp, pools: dict[str, str], ports: dict[str, Port]) -> dict[str, Any]:
    port = ports.get(floating.port_id or "")
    return {
        "id": floating.id,
        "ip": floating.address,
        "pool": pools.get(floating.network_id, floating.network_id),
        "fixed_ip": floating.fixed_ip,
        "instance_id": port.device_id if port else None,
    }
