"""What single requests cost."""

from __future__ import annotations

from collections.abc import Callable

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure

IMAGES = 100
PROJECTS = 100


def measure_requests(cloud: BenchCloud) -> list[Figure]:
    for number in range(IMAGES):
        image = {"name": f"image-{number}", "disk_format": "raw", "container_format": "bare"}
        cloud.ask("POST", "/image/v2/images", image, expect=201)
    for number in range(PROJECTS):
        cloud.ask("POST", "/identity/v3/projects", {"project": {"name": f"project-{number}"}}, expect=201)
    subject = {"X-Subject-Token": cloud.token}

    def validate() -> None:
        cloud.ask("GET", "/identity/v3/auth/tokens", headers=subject)

    def list_images() -> None:
        found = cloud.ask("GET", f"/image/v2/images?limit={IMAGES}")[1]["images"]
        _must(len(found) == IMAGES)

    def list_projects() -> None:
        _must(len(cloud.ask("GET", "/identity/v3/projects")[1]["projects"]) > PROJECTS)

    candidates = "/placement/allocation_candidates?resources=VCPU:1,MEMORY_MB:512&limit=10"
    newest = {"OpenStack-API-Version": "placement latest"}
    return [
        _cost("issue a token", cloud, 30, cloud.sign_in),
        _cost("validate a token", cloud, 500, validate, 0.4),
        _cost(f"list {PROJECTS} projects", cloud, 300, list_projects),
        _cost(f"list {IMAGES} images", cloud, 200, list_images, 3),
        _cost("list flavors", cloud, 300, lambda: _ignore(cloud.ask("GET", "/compute/v2.1/flavors"))),
        _cost(
            "allocation candidates among 100 hosts, limit 10",
            cloud,
            100,
            lambda: _ignore(cloud.ask("GET", candidates, headers=newest)),
            20,
        ),
    ]


def _cost(
    what: str, cloud: BenchCloud, times: int, request: Callable[[], None], budget_ms: float | None = None
) -> Figure:
    request()
    before = cloud.cpu_s()
    for _ in range(times):
        request()
    return Figure(what + ", CPU", (cloud.cpu_s() - before) * 1000 / times, "ms", budget_ms)


def _must(is_so: bool) -> None:
    if not is_so:
        raise AssertionError("a measured request gave the wrong answer: its figure would mean nothing")


def _ignore(_answer: object) -> None:
    """The answer was checked by its status."""
