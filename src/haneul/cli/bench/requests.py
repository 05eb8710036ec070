"""What single requests cost."""

from __future__ import annotations

import time
from collections.abc import Callable

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure
from haneul.kit import passwords

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
        must(len(found) == IMAGES)

    def list_projects() -> None:
        must(len(cloud.ask("GET", "/identity/v3/projects")[1]["projects"]) > PROJECTS)

    return [
        cost("issue a token", cloud, 30, cloud.sign_in, _hash_ms() + 2),
        cost("validate a token", cloud, 500, validate, 0.4),
        cost(f"list {PROJECTS} projects", cloud, 300, list_projects, 0.7),
        cost(f"list {IMAGES} images", cloud, 200, list_images, 3),
        cost("list flavors", cloud, 300, lambda: _ignore(cloud.ask("GET", "/compute/v2.1/flavors"))),
    ]


def _hash_ms() -> float:
    """CPU time of checking a password, alone."""
    kept = passwords.hash_password("measured")
    before = time.process_time()
    for _ in range(10):
        must(passwords.matches("measured", kept))
    return (time.process_time() - before) * 100


def cost(
    what: str, cloud: BenchCloud, times: int, request: Callable[[], None], budget_ms: float | None = None
) -> Figure:
    request()
    before = cloud.cpu_s()
    for _ in range(times):
        request()
    return Figure(what + ", CPU", (cloud.cpu_s() - before) * 1000 / times, "ms", budget_ms)


def must(is_so: bool) -> None:
    if not is_so:
        raise AssertionError("a measured request gave the wrong answer: its figure would mean nothing")


def _ignore(_answer: object) -> None:
    """The answer was checked by its status."""
