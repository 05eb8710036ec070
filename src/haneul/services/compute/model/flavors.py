"""Flavors: the sizes in which servers come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_LIMIT = -1


@dataclass(frozen=True)
class FlavorSnapshot:
    """A flavor as a server got it: later changes of the flavor do not reach the server."""

    id: str
    name: str
    vcpus: int
    memory_mib: int
    disk_gib: int
    ephemeral_gib: int = 0
    swap_mib: int = 0
    extra_specs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flavor:
    """A size that servers may be given; `id` is chosen by whoever makes it, or a UUID."""

    id: str
    name: str
    vcpus: int
    memory_mib: int
    disk_gib: int
    ephemeral_gib: int = 0
    swap_mib: int = 0
    is_public: bool = True
    is_disabled: bool = False
    rxtx_factor: float = 1.0
    description: str | None = None
    extra_specs: Mapping[str, str] = field(default_factory=dict)

    def snapshot(self) -> FlavorSnapshot:
        return FlavorSnapshot(
            self.id,
            self.name,
            self.vcpus,
            self.memory_mib,
            self.disk_gib,
            self.ephemeral_gib,
            self.swap_mib,
            dict(self.extra_specs),
        )
