"""What requests cost in a small cloud and in a large one: nothing may grow with rows that are not returned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.cli.bench.cloud import HOSTS, BenchCloud
from haneul.cli.bench.copies import Copying, copy_row
from haneul.cli.bench.figures import Figure
from haneul.cli.bench.requests import cost, must
from haneul.kit.ids import new_hex, new_uuid

PAGE = 10
_GROWTH = 1.5
"""A cost in a large table may be so many times that in a small one, for what measuring itself sways."""
_TIMES = 100
_FIRST_SEGMENT = 1_000_000
"""Numbers of the copied networks, beyond those that the cloud gives."""
_NEWEST = {"OpenStack-API-Version": "placement latest"}
_CANDIDATES = f"/placement/allocation_candidates?resources=VCPU:1,MEMORY_MB:512&limit={PAGE}"
_SPREAD = 32
"""So many providers share the measured allocations."""


@dataclass(frozen=True)
class Listing:
    """A listing that is asked for by pages."""

    key: str
    path: str
    make: Callable[[BenchCloud, int], str]
    """Makes one row; its id."""
    copying: Copying
    """How the last of them is made many."""


def _project(cloud: BenchCloud, number: int) -> str:
    body = {"project": {"name": f"row-{number}"}}
    return str(cloud.ask("POST", "/identity/v3/projects", body, expect=201)[1]["project"]["id"])


def _image(cloud: BenchCloud, number: int) -> str:
    body = {"name": f"row-{number}", "disk_format": "raw", "container_format": "bare"}
    return str(cloud.ask("POST", "/image/v2/images", body, expect=201)[1]["id"])


def _network(cloud: BenchCloud, number: int) -> str:
    body = {"network": {"name": f"row-{number}"}}
    return str(cloud.ask("POST", "/network/v2.0/networks", body, expect=201)[1]["network"]["id"])


def _own_segment(number: int) -> dict[str, object]:
    segment = _FIRST_SEGMENT + number
    return {"segmentation_id": segment, "segment_key": f"geneve::{segment}"}


LISTINGS = (
    Listing("projects", "/identity/v3/projects", _project, Copying("projects", new_hex)),
    Listing("images", "/image/v2/images", _image, Copying("images", new_uuid)),
    Listing("networks", "/network/v2.0/networks", _network, Copying("networks", new_uuid, _own_segment)),
)
_PROVIDERS = Copying("resource_providers", new_uuid, hung_on=(("inventories", "provider_id"),))


def measure_rows(cloud: BenchCloud, rows: int) -> list[Figure]:
    """First as they are asked for, few; then copies make them many, and the same is asked again."""
    ids = {each.key: sorted(each.make(cloud, number) for number in range(2 * PAGE)) for each in LISTINGS}
    *providers, untouched = _providers(cloud, _SPREAD + 1)
    small = {each.key: _page(cloud, each, ids[each.key], 2 * PAGE) for each in LISTINGS}
    few = [_candidates(cloud, HOSTS), _allocations(cloud, HOSTS, providers)]
    with cloud.database_at_rest() as database:
        for each in LISTINGS:
            ids[each.key] += copy_row(database, each.copying, ids[each.key][-1], rows - 2 * PAGE)
        made = copy_row(database, _PROVIDERS, untouched, rows - HOSTS - len(providers) - 1)
    figures = []
    for each in LISTINGS:
        before = small[each.key]
        figures += [before, _page(cloud, each, sorted(ids[each.key]), rows, before.value * _GROWTH)]
    return [*figures, *few, _candidates(cloud, rows), _allocations(cloud, rows, made[:_SPREAD])]


def _page(cloud: BenchCloud, listing: Listing, ids: list[str], rows: int, budget: float | None = None) -> Figure:
    marker = ids[len(ids) // 2 - 1]
    path = f"{listing.path}?limit={PAGE}&sort_key=id&sort_dir=asc&marker={marker}"

    def ask() -> None:
        found = [row["id"] for row in cloud.ask("GET", path)[1][listing.key]]
        must(len(found) == PAGE and min(found) > marker)

    return cost(f"{PAGE} of {rows} {listing.key}, from the middle", cloud, _TIMES, ask, budget)


def _providers(cloud: BenchCloud, count: int) -> list[str]:
    amounts = {"VCPU": {"total": 64}, "MEMORY_MB": {"total": 262144}, "DISK_GB": {"total": 2000}}
    made = []
    for _ in range(count):
        provider = new_uuid()
        body = {"name": f"bench-{provider}", "uuid": provider}
        cloud.ask("POST", "/placement/resource_providers", body, expect=200, headers=_NEWEST)
        held = {"resource_provider_generation": 0, "inventories": amounts}
        cloud.ask("PUT", f"/placement/resource_providers/{provider}/inventories", held, headers=_NEWEST)
        made.append(provider)
    return made


def _candidates(cloud: BenchCloud, among: int) -> Figure:
    def ask() -> None:
        found = cloud.ask("GET", _CANDIDATES, headers=_NEWEST)[1]
        must(len(found["allocation_requests"]) == PAGE == len(found["provider_summaries"]))

    return cost(f"allocation candidates among {among} providers, limit {PAGE}", cloud, _TIMES, ask, 20)


def _allocations(cloud: BenchCloud, among: int, providers: list[str]) -> Figure:
    turns = iter(range(10 * _TIMES))

    def ask() -> None:
        provider = providers[next(turns) % len(providers)]
        held = {provider: {"resources": {"VCPU": 1, "MEMORY_MB": 512, "DISK_GB": 1}}}
        consumer = {"project_id": "bench", "user_id": "bench", "consumer_generation": None, "consumer_type": "INSTANCE"}
        body = {"allocations": held, **consumer}
        cloud.ask("PUT", f"/placement/allocations/{new_uuid()}", body, expect=204, headers=_NEWEST)

    return cost(f"put an allocation among {among} providers", cloud, 2 * _TIMES, ask, 2)
