"""Two who write the same thing at the same moment: one wins, the other is told that there was a conflict."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.clouds import OpenCloud
from tests.hostile.wire import Got, Sent, send

ROUNDS = 5
PROVIDER = "0b5e3a52-0000-4000-8000-00000000000{}"
CONSUMER = "0b5e3a52-1111-4000-8000-00000000000{}"
IMAGE = "0b5e3a52-2222-4000-8000-00000000000{}"
_ROOM = {"resource_provider_generation": 0, "inventories": {"VCPU": {"total": 8}}}
_HELD = {"project_id": "p", "user_id": "u", "consumer_generation": None, "consumer_type": "INSTANCE"}
WRITES: dict[str, tuple[str, str, Any]] = {
    "a project": ("POST", "/identity/v3/projects", {"project": {"name": "same{}"}}),
    "a domain": ("POST", "/identity/v3/domains", {"domain": {"name": "same{}"}}),
    "a user": ("POST", "/identity/v3/users", {"user": {"name": "same{}"}}),
    "a group": ("POST", "/identity/v3/groups", {"group": {"name": "same{}"}}),
    "a role": ("POST", "/identity/v3/roles", {"role": {"name": "same{}"}}),
    "a region": ("POST", "/identity/v3/regions", {"region": {"id": "same{}"}}),
    "an image": ("POST", "/image/v2/images", {"id": IMAGE}),
    "a member of an image": ("POST", "/image/v2/images/$image/members", {"member": "same{}"}),
    "a namespace": ("POST", "/image/v2/metadefs/namespaces", {"namespace": "Same{}"}),
    "a resource class": ("POST", "/placement/resource_classes", {"name": "CUSTOM_SAME{}"}),
    "a provider": ("POST", "/placement/resource_providers", {"name": "same{}", "uuid": PROVIDER}),
    "inventories": ("PUT", f"/placement/resource_providers/{PROVIDER}/inventories", _ROOM),
    "aggregates": (
        "PUT",
        f"/placement/resource_providers/{PROVIDER}/aggregates",
        {"resource_provider_generation": 0, "aggregates": [CONSUMER]},
    ),
    "traits": (
        "PUT",
        f"/placement/resource_providers/{PROVIDER}/traits",
        {"resource_provider_generation": 0, "traits": ["HW_CPU_X86_AVX2"]},
    ),
    "an allocation": (
        "PUT",
        f"/placement/allocations/{CONSUMER}",
        _HELD | {"allocations": {"$host": {"resources": {"VCPU": 1}}}},
    ),
}
_NEED_A_PROVIDER = ("inventories", "aggregates", "traits")


@pytest.mark.parametrize("what", WRITES)
def test_of_two_writers_one_wins(cloud: OpenCloud, what: str) -> None:
    method, path, body = WRITES[what]
    shared = cloud.ask("POST", "/image/v2/images", {"visibility": "shared"}, user="admin")["id"]
    ends = []
    for number in range(1, ROUNDS + 1):
        if what in _NEED_A_PROVIDER:
            provider = {"name": f"host{number}", "uuid": PROVIDER.replace("{}", str(number))}
            cloud.ask("POST", "/placement/resource_providers", provider, user="admin", headers=_newest())
        said = f"{path} {json.dumps(body)}".replace("{}", str(number)).replace("$host", _host(cloud))
        target, _, text = said.replace("$image", shared).partition(" ")
        sent = Sent(method, target, _newest() | {"x-auth-token": cloud.token_of("admin") or ""}, text.encode())
        ends.append(sorted(answer.status for answer in _both(cloud, sent)))

    assert [end[1] for end in ends] == [409] * ROUNDS, ends
    assert all(end[0] < 300 for end in ends), ends


def _newest() -> dict[str, str]:
    return {"openstack-api-version": "placement latest", "content-type": "application/json"}


def _host(cloud: OpenCloud) -> str:
    """A provider that has room."""
    found = cloud.ask("GET", "/placement/resource_providers?resources=VCPU:1", user="admin", headers=_newest())
    return str(found["resource_providers"][0]["uuid"])


def _both(cloud: OpenCloud, sent: Sent) -> list[Got]:
    """The same request twice, at the same moment."""
    ready = Barrier(2)

    def write(_turn: int) -> Got:
        ready.wait(30)
        return send(cloud.http, sent)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(write, range(2)))
