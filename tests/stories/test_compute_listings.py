"""What a listing costs: as many queries for a hundred rows as for ten, in every list of compute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from haneul.services.compute import QuotaKey
from tests.clouds import OpenCloud, open_cloud

FEW, MANY = 10, 100
SERVERS = "/compute/v2.1/servers"
LISTS = [
    ("2.96", SERVERS),
    ("2.96", f"{SERVERS}/detail"),
    ("2.1", f"{SERVERS}/detail"),
    ("2.96", "/compute/v2.1/flavors/detail"),
    ("2.96", "/compute/v2.1/os-keypairs"),
    ("2.96", "/compute/v2.1/os-server-groups"),
    ("2.96", "/compute/v2.1/os-aggregates"),
    ("2.96", "/compute/v2.1/os-availability-zone/detail"),
    ("2.96", "/compute/v2.1/os-services"),
    ("2.42", "/compute/v2.1/os-hosts"),
    ("2.96", "/compute/v2.1/os-hypervisors/detail?with_servers=true"),
    ("2.52", "/compute/v2.1/os-hypervisors/fake/servers"),
    ("2.87", "/compute/v2.1/os-hypervisors/statistics"),
    ("2.96", "/compute/v2.1/os-simple-tenant-usage?detailed=1"),
    ("2.35", "/compute/v2.1/os-security-groups?all_tenants=1"),
    ("2.35", "/compute/v2.1/os-floating-ips"),
    ("2.35", "/compute/v2.1/os-networks"),
    ("2.35", "/compute/v2.1/images/detail"),
]


class Furnisher:
    """Fills a cloud with so many of everything that compute lists."""

    def __init__(self, cloud: OpenCloud) -> None:
        self.cloud = cloud
        self.made = 0
        limits = {key.value: -1 for key in (QuotaKey.INSTANCES, QuotaKey.CORES, QuotaKey.RAM, QuotaKey.KEY_PAIRS)}
        limits[QuotaKey.SERVER_GROUPS.value] = -1
        self._ask("PUT", f"/compute/v2.1/os-quota-sets/{cloud.names['admin_project']}", {"quota_set": limits})
        quota = dict.fromkeys(("port", "security_group", "security_group_rule", "floatingip", "network"), -1)
        self._ask("PUT", f"/network/v2.0/quotas/{cloud.names['admin_project']}", {"quota": quota})
        self.network = self._ask("POST", "/network/v2.0/networks", {"network": {"name": "net"}})["network"]["id"]
        subnet = {"network_id": self.network, "cidr": "10.0.0.0/16", "ip_version": 4}
        self._ask("POST", "/network/v2.0/subnets", {"subnet": subnet})

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, dict[str, str]]:
        answer: dict[str, dict[str, str]] = self.cloud.ask(method, path, body, user="admin")
        return answer

    def fill(self, count: int) -> None:
        """Up to `count` of each."""
        new = range(self.made, count)
        names, self.made = self.cloud.names, count
        while len(self.cloud.reality.hosts.hosts) < count:
            self.cloud.reality.hosts.add_host()
        self.cloud.plane.upkeep.run_once("compute.hosts")
        server = {"name": "s", "flavorRef": names["small"], "imageRef": names["tiny"], "min_count": len(new)}
        self._ask("POST", SERVERS, {"server": server | {"networks": [{"uuid": self.network}], "tags": ["a", "b"]}})
        self.cloud.work()
        for number in new:
            self._furnish(number)

    def _furnish(self, number: int) -> None:
        flavor = {"name": f"f{number}", "ram": 64, "vcpus": 1, "disk": 1}
        made = self._ask("POST", "/compute/v2.1/flavors", {"flavor": flavor})["flavor"]
        self._ask("POST", f"/compute/v2.1/flavors/{made['id']}/os-extra_specs", {"extra_specs": {"a": "b"}})
        self._ask("POST", "/compute/v2.1/os-server-groups", {"server_group": {"name": "g", "policy": "affinity"}})
        key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJzcuAb1wZ7yS0r3bnpJjAq7yEIYvVhuZbQpKmJHqVGk k"
        self._ask("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": f"k{number}", "public_key": key}})
        path = "/compute/v2.1/os-aggregates"
        one = self._ask("POST", path, {"aggregate": {"name": f"a{number}"}})["aggregate"]
        self._ask("POST", f"{path}/{one['id']}/action", {"add_host": {"host": f"fake-{number + 1}"}})
        self._ask("POST", "/network/v2.0/security-groups", {"security_group": {"name": f"s{number}"}})
        self._ask("POST", "/network/v2.0/networks", {"network": {"name": f"n{number}"}})
        image = {"name": f"i{number}", "disk_format": "raw", "container_format": "bare"}
        self._ask("POST", "/image/v2/images", image)
        self._ask(
            "POST", "/network/v2.0/floatingips", {"floatingip": {"floating_network_id": self.cloud.names["public"]}}
        )


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenCloud, Furnisher]]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    with open_cloud(folder, hosts=1) as cloud:
        yield cloud, Furnisher(cloud)


@contextmanager
def counted(cloud: OpenCloud) -> Iterator[list[str]]:
    """The statements that the database was given meanwhile."""
    seen: list[str] = []

    def note(*words: object) -> None:
        seen.append(str(words[2]))

    engine = cloud.plane.ground.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def cost(cloud: OpenCloud, version: str, path: str) -> tuple[int, int]:
    """How many queries, and how many rows came of it."""
    headers = {"x-auth-token": str(cloud.token_of("admin")), "openstack-api-version": f"compute {version}"}
    with counted(cloud) as statements:
        answer = cloud.http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    things = next(iter(answer.json().values()))
    return len(statements), len(things)


def test_a_listing_of_many_rows_takes_no_more_queries(furnished: tuple[OpenCloud, Furnisher]) -> None:
    cloud, furnisher = furnished
    furnisher.fill(FEW)
    few = {(version, path): cost(cloud, version, path) for version, path in LISTS}
    furnisher.fill(MANY)
    many = {(version, path): cost(cloud, version, path) for version, path in LISTS}

    assert {key: many[key][0] for key in few} == {key: queries for key, (queries, _) in few.items()}
    assert {key: queries for key, (queries, _) in many.items() if queries > 20} == {}
    grown = [key for key in few if many[key][1] >= few[key][1] + MANY - FEW]
    assert len(grown) >= len(LISTS) - 3, "the lists did grow, but for zones, statistics and usage"


def test_what_hundred_servers_cost(furnished: tuple[OpenCloud, Furnisher]) -> None:
    """CPU of the whole process for the request, HTTP and all: a wide bound, the figures are `haneul bench`'s."""
    cloud, furnisher = furnished
    if furnisher.made < MANY:
        furnisher.fill(MANY)
    headers = {"x-auth-token": str(cloud.token_of("admin")), "openstack-api-version": "compute 2.96"}
    path = f"{SERVERS}/detail?limit=100"
    cloud.http.get(path, headers=headers)
    began = time.process_time()
    for _ in range(5):
        assert len(cloud.http.get(path, headers=headers).json()["servers"]) == MANY
    assert (time.process_time() - began) / 5 < 0.1
