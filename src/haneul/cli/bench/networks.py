"""What networks cost: their parts one by one, a project's first network, and a thousand ports at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure
from haneul.cli.trouble import TroubleError

LISTED, AT_ONCE, CLIENTS = 280, 1000, 8
_TIMES, _SCENARIOS = 100, 20
_API = "/network/v2.0"


def measure_networks(cloud: BenchCloud) -> list[Figure]:
    _lift_quotas(cloud)
    network_id = _network(cloud, "10.98.0.0/16")
    group_id = _make(cloud, "security-groups", "security_group", {"name": "bench"})
    numbers = count(1)

    def add_rule() -> None:
        port = next(numbers)
        rule = {"security_group_id": group_id, "direction": "ingress", "protocol": "tcp"}
        said = rule | {"port_range_min": port, "port_range_max": port}
        _make(cloud, "security-group-rules", "security_group_rule", said)

    def add_port() -> None:
        _make(cloud, "ports", "port", {"network_id": network_id})

    figures = [
        _cost(
            "create a network", cloud, _TIMES, lambda: _ignore(_make(cloud, "networks", "network", {"name": "n"})), 6
        ),
        _cost("create a port", cloud, LISTED, add_port, 6),
        _cost("create a security group rule", cloud, _TIMES, add_rule, 5),
        _cost(f"list {LISTED} ports", cloud, 50, lambda: _list(cloud, network_id), 6),
        _scenario(cloud),
    ]
    return [*figures, *_at_once(cloud)]


def measure_many(cloud: BenchCloud, wanted: int) -> list[Figure]:
    """So many networks of one project at once, made by several clients; nothing where none are wanted."""
    if not wanted:
        return []
    _lift_quotas(cloud)
    before, began = cloud.cpu_s(), time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        made = set(
            clients.map(lambda number: _make(cloud, "networks", "network", {"name": f"m{number}"}), range(wanted))
        )
        took_s, cost_ms = time.monotonic() - began, (cloud.cpu_s() - before) * 1000 / wanted
        listed = f"{_API}/networks?fields=id&fields=provider:segmentation_id"
        networks = clients.submit(lambda: cloud.ask("GET", listed)[1]["networks"]).result()
    keys = [network["provider:segmentation_id"] for network in networks if network["id"] in made]
    return [
        Figure(f"{wanted} networks by {CLIENTS} clients: all made after", took_s, "s"),
        Figure(f"each of {wanted} networks, CPU", cost_ms, "ms", 6),
        Figure("of these lost, or with a key given twice", 2 * wanted - len(made) - len(set(keys)), "", 0),
    ]


def _lift_quotas(cloud: BenchCloud) -> None:
    names = ("network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule")
    project = cloud.ask("GET", "/identity/v3/auth/tokens", headers={"X-Subject-Token": cloud.token})[1]
    project_id = project["token"]["project"]["id"]
    cloud.ask("PUT", f"{_API}/quotas/{project_id}", {"quota": dict.fromkeys(names, -1)})


def _make(cloud: BenchCloud, path: str, noun: str, said: dict[str, Any]) -> str:
    return str(cloud.ask("POST", f"{_API}/{path}", {noun: said}, expect=201)[1][noun]["id"])


def _network(cloud: BenchCloud, cidr: str, **said: Any) -> str:
    network_id = _make(cloud, "networks", "network", {"name": "bench", **said})
    _make(cloud, "subnets", "subnet", {"network_id": network_id, "ip_version": 4, "cidr": cidr})
    return network_id


def _list(cloud: BenchCloud, network_id: str) -> None:
    found = cloud.ask("GET", f"{_API}/ports?network_id={network_id}&limit={LISTED}")[1]["ports"]
    if len(found) != LISTED:
        raise TroubleError(f"The listing has {len(found)} ports instead of {LISTED}.")


def _scenario(cloud: BenchCloud) -> Figure:
    """Network, subnet, router, interface, port, floating IP, and the gateway by which it is reached."""
    outside = _network(cloud, "172.31.0.0/16", **{"router:external": True})
    ranges = (f"10.{number // 256 + 100}.{number % 256}.0/24" for number in count())

    def one(cidrs: Iterator[str] = ranges) -> None:
        network_id = _make(cloud, "networks", "network", {"name": "first"})
        subnet = {"network_id": network_id, "ip_version": 4, "cidr": next(cidrs)}
        subnet_id = _make(cloud, "subnets", "subnet", subnet)
        router_id = _make(cloud, "routers", "router", {"name": "first"})
        gateway = {"router": {"external_gateway_info": {"network_id": outside}}}
        cloud.ask("PUT", f"{_API}/routers/{router_id}", gateway)
        cloud.ask("PUT", f"{_API}/routers/{router_id}/add_router_interface", {"subnet_id": subnet_id})
        port_id = _make(cloud, "ports", "port", {"network_id": network_id})
        _make(cloud, "floatingips", "floatingip", {"floating_network_id": outside, "port_id": port_id})

    return _cost("network to floating IP, seven calls", cloud, _SCENARIOS, one, 60)


def _at_once(cloud: BenchCloud) -> list[Figure]:
    network_id = _network(cloud, "10.97.0.0/16")
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        made = list(clients.map(lambda _: _make(cloud, "ports", "port", {"network_id": network_id}), range(AT_ONCE)))
        took_s = time.monotonic() - began
        listed = f"{_API}/ports?network_id={network_id}&device_owner="
        ports = clients.submit(lambda: cloud.ask("GET", listed)[1]["ports"]).result()
    addresses = {fixed["ip_address"] for port in ports for fixed in port["fixed_ips"]}
    present = {port["id"] for port in ports}
    return [
        Figure(f"{AT_ONCE} ports by {CLIENTS} clients at once: all made after", took_s, "s"),
        Figure("of these lost", len(set(made) - present), "", 0),
        Figure(
            "of these doubled, or with an address given twice", 2 * AT_ONCE - len(set(made)) - len(addresses), "", 0
        ),
    ]


def _cost(what: str, cloud: BenchCloud, times: int, request: Callable[[], None], budget_ms: float) -> Figure:
    before = cloud.cpu_s()
    for _ in range(times):
        request()
    return Figure(what + ", CPU", (cloud.cpu_s() - before) * 1000 / times, "ms", budget_ms)


def _ignore(_answer: object) -> None:
    """The answer was checked by its status."""
