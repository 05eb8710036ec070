"""What servers cost: to create, to list, to delete."""

from __future__ import annotations

import time
from typing import Any

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure, percentile
from haneul.cli.bench.requests import cost, must
from haneul.cli.trouble import TroubleError

PAGES = (100, 4.0), (998, 35.0)
"""How many servers are listed, and what that may cost in CPU milliseconds."""
_DELETED = 100
_NEWEST = {"OpenStack-API-Version": "compute 2.79"}
_DEADLINE_S = 600.0
_PAUSE_S = 0.02


def measure_servers(cloud: BenchCloud, at_once: int) -> list[Figure]:
    request = _prepare(cloud)
    answered, began = [], time.monotonic()
    for _ in range(at_once):
        before = time.monotonic()
        cloud.ask("POST", "/compute/v2.1/servers", request, expect=202, headers=_NEWEST)
        answered.append((time.monotonic() - before) * 1000)
    _until(cloud, "ACTIVE", at_once)
    took_s = time.monotonic() - began
    before_cpu, present = cloud.cpu_s(), at_once
    listings: list[Figure] = []
    for count, budget_ms in PAGES:
        for _ in range(count - present):
            cloud.ask("POST", "/compute/v2.1/servers", request, expect=202, headers=_NEWEST)
        present = max(present, count)
        _until(cloud, "ACTIVE", present)
        if not listings:
            cpu_ms = (cloud.cpu_s() - before_cpu) * 1000 / max(1, present - at_once)
        listings.append(_listing(cloud, count, budget_ms))
    return [
        Figure("server create: answered, slowest of ten", percentile(answered, 0.9), "ms", 100),
        Figure(f"{at_once} servers at once: all ACTIVE after", took_s, "s"),
        Figure("a server from POST to ACTIVE on a fake host, CPU", cpu_ms, "ms", 40),
        _showing(cloud),
        *listings,
        _deletion(cloud),
    ]


def _prepare(cloud: BenchCloud) -> dict[str, Any]:
    """What servers need: flavor, image, network, and quotas that let them be."""
    project = cloud.ask("GET", "/identity/v3/auth/tokens", headers={"X-Subject-Token": cloud.token})[1]
    project_id = project["token"]["project"]["id"]
    unlimited = {"quota_set": {"instances": -1, "cores": -1, "ram": -1}}
    cloud.ask("PUT", f"/compute/v2.1/os-quota-sets/{project_id}", unlimited)
    cloud.ask("PUT", f"/network/v2.0/quotas/{project_id}", {"quota": {"port": -1}})
    flavor = {"name": "bench", "vcpus": 1, "ram": 128, "disk": 1}
    flavor_id = cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": flavor})[1]["flavor"]["id"]
    network = cloud.ask("POST", "/network/v2.0/networks", {"network": {"name": "bench"}}, expect=201)[1]["network"]
    subnet = {"network_id": network["id"], "cidr": "10.99.0.0/16", "ip_version": 4}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": subnet}, expect=201)
    image = {"name": "bench", "disk_format": "raw", "container_format": "bare"}
    image_id = cloud.ask("POST", "/image/v2/images", image, expect=201)[1]["id"]
    octets = {"Content-Type": "application/octet-stream"}
    cloud.ask("PUT", f"/image/v2/images/{image_id}/file", bytes(1 << 20), expect=204, headers=octets)
    nets = [{"uuid": network["id"]}]
    return {"server": {"name": "bench", "flavorRef": flavor_id, "imageRef": image_id, "networks": nets}}


def _until(cloud: BenchCloud, status: str, count: int) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline:
        found = cloud.ask("GET", f"/compute/v2.1/servers?status={status}&limit=1000", headers=_NEWEST)[1]["servers"]
        if len(found) >= count:
            return
        time.sleep(_PAUSE_S)
    raise TroubleError(f"{count} servers should be {status} by now, {len(found)} are.")


def _showing(cloud: BenchCloud) -> Figure:
    server = cloud.ask("GET", "/compute/v2.1/servers?limit=1", headers=_NEWEST)[1]["servers"][0]["id"]

    def show() -> None:
        must(cloud.ask("GET", f"/compute/v2.1/servers/{server}", headers=_NEWEST)[1]["server"]["id"] == server)

    return cost("show one server", cloud, 200, show, 0.7)


def _listing(cloud: BenchCloud, count: int, budget_ms: float) -> Figure:
    def listing() -> None:
        path = f"/compute/v2.1/servers/detail?limit={count}"
        must(len(cloud.ask("GET", path, headers=_NEWEST)[1]["servers"]) == count)

    return cost(f"list {count} servers in detail", cloud, 4000 // count, listing, budget_ms)


def _deletion(cloud: BenchCloud) -> Figure:
    servers = cloud.ask("GET", f"/compute/v2.1/servers?limit={_DELETED}", headers=_NEWEST)[1]["servers"]
    gone = {server["id"] for server in servers}
    began = time.monotonic()
    for server in gone:
        cloud.ask("DELETE", f"/compute/v2.1/servers/{server}", expect=204)
    deadline = time.monotonic() + _DEADLINE_S
    while gone & {row["id"] for row in cloud.ask("GET", "/compute/v2.1/servers", headers=_NEWEST)[1]["servers"]}:
        if time.monotonic() > deadline:
            raise TroubleError("The servers of the measurement are not gone yet.")
        time.sleep(_PAUSE_S)
    return Figure(f"{len(gone)} servers deleted after", time.monotonic() - began, "s")
