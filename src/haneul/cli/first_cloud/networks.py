"""The external network, and a demo network behind a router."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any

from haneul.cli.rest import Rest
from haneul.settings import Settings

_API = "/network/v2.0"
_PRIVATE_CIDR = "10.0.0.0/24"
_POOL_CIDR = "10.128.0.0/16"
GROUP = "ssh-and-ping"


def ensure_external(admin: Rest, settings: Settings) -> str:
    """The id of the external network, from which floating IPs come, also to networks that are made by themselves."""
    details = {
        "router:external": True,
        "is_default": True,
        "provider:network_type": "flat",
        "provider:physical_network": settings.external_physical_network,
    }
    network = _ensure(admin, "network", "public", details)
    first, _, last = settings.external_pool.partition("-")
    subnet = {
        "network_id": network,
        "ip_version": 4,
        "cidr": settings.external_cidr,
        "gateway_ip": settings.external_gateway,
        "enable_dhcp": False,
        "allocation_pools": [{"start": first, "end": last}],
    }
    _ensure(admin, "subnet", "public-subnet", subnet)
    return network


def ensure_pool(admin: Rest) -> None:
    """A subnet pool for everybody, from which networks that are made by themselves have their addresses."""
    details = {"prefixes": [_POOL_CIDR], "default_prefixlen": 24, "shared": True, "is_default": True}
    _ensure(admin, "subnetpool", "default", details)


def ensure_private(demo: Rest, external: str, dns_servers: tuple[str, ...]) -> str:
    """The id of the demo network, routed to the external one."""
    network = _ensure(demo, "network", "private", {})
    subnet = {
        "network_id": network,
        "ip_version": 4,
        "cidr": _PRIVATE_CIDR,
        "dns_nameservers": list(dns_servers),
    }
    subnet_id = _ensure(demo, "subnet", "private-subnet", subnet)
    router = _ensure(demo, "router", "router", {"external_gateway_info": {"network_id": external}})
    ports = demo.get(f"{_API}/ports", device_id=router, network_id=network)["ports"]
    if not ports:
        demo.put(f"{_API}/routers/{router}/add_router_interface", {"subnet_id": subnet_id})
    return network


def host_dns_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[str, ...]:
    """The name servers of this host that guests can ask too: not those on its loopback."""
    lines = path.read_text().splitlines() if path.exists() else []
    named = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    usable = [ip for ip in named if ":" not in ip and not ip_address(ip).is_loopback]
    return tuple(usable[:3])


def ensure_group(demo: Rest) -> str:
    """The name of a security group that lets in ssh and ping; `default` stays as everybody knows it."""
    group = _ensure(demo, "security_group", GROUP, {"description": "Lets in ssh and ping from everywhere"})
    rules = demo.get(f"{_API}/security-group-rules", security_group_id=group)["security_group_rules"]
    known = {rule["protocol"] for rule in rules if rule["direction"] == "ingress"}
    wanted: dict[str, dict[str, Any]] = {"tcp": {"port_range_min": 22, "port_range_max": 22}, "icmp": {}}
    for protocol in wanted.keys() - known:
        rule = {"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": protocol}
        demo.post(f"{_API}/security-group-rules", {"security_group_rule": rule | wanted[protocol]})
    return GROUP


def ensure_floating_ip(demo: Rest, external: str, server: str) -> str:
    """The floating IP of the server's port."""
    port = demo.get(f"{_API}/ports", device_id=server)["ports"][0]["id"]
    found = demo.get(f"{_API}/floatingips", port_id=port)["floatingips"]
    if not found:
        body = {"floatingip": {"floating_network_id": external, "port_id": port}}
        found = [demo.post(f"{_API}/floatingips", body)["floatingip"]]
    return str(found[0]["floating_ip_address"])


def _ensure(cloud: Rest, noun: str, name: str, details: dict[str, Any]) -> str:
    path = f"{_API}/{noun.replace('_', '-')}s"
    cloud.token()
    found = cloud.get(path, name=name, project_id=cloud.project_id)[f"{noun}s"]
    if not found:
        found = [cloud.post(path, {noun: {"name": name} | details})[noun]]
    return str(found[0]["id"])
