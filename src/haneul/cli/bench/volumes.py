"""What volumes cost."""

from __future__ import annotations

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure
from haneul.cli.bench.requests import cost

_TIMES = 100


def measure_volumes(cloud: BenchCloud) -> list[Figure]:
    """With the run that makes it on a fake host."""
    told = cloud.ask("GET", "/identity/v3/auth/tokens", headers={"X-Subject-Token": cloud.token})[1]
    project_id = told["token"]["project"]["id"]
    api = f"/volume/v3/{project_id}"
    unlimited = {"quota_set": {"volumes": -1, "gigabytes": -1}}
    cloud.ask("PUT", f"{api}/os-quota-sets/{project_id}", unlimited)

    def create() -> None:
        cloud.ask("POST", f"{api}/volumes", {"volume": {"size": 1}}, expect=202)

    return [cost("create a volume", cloud, _TIMES, create, 5)]
