"""The flavors that people who know OpenStack look for."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.cli.rest import Rest


@dataclass(frozen=True)
class Flavor:
    id: str
    name: str
    vcpus: int
    memory_mib: int
    disk_gib: int


FLAVORS = (
    Flavor("42", "m1.nano", 1, 128, 1),
    Flavor("84", "m1.micro", 1, 256, 1),
    Flavor("1", "m1.tiny", 1, 512, 1),
    Flavor("2", "m1.small", 1, 2048, 20),
    Flavor("3", "m1.medium", 2, 4096, 40),
    Flavor("4", "m1.large", 4, 8192, 80),
    Flavor("5", "m1.xlarge", 8, 16384, 160),
)


def ensure_flavors(admin: Rest) -> int:
    """Every flavor exists; how many had to be created."""
    known = {flavor["name"] for flavor in admin.get("/compute/v2.1/flavors", is_public="None")["flavors"]}
    missing = [flavor for flavor in FLAVORS if flavor.name not in known]
    for flavor in missing:
        size = {"vcpus": flavor.vcpus, "ram": flavor.memory_mib, "disk": flavor.disk_gib}
        admin.post("/compute/v2.1/flavors", {"flavor": {"id": flavor.id, "name": flavor.name} | size})
    return len(missing)
