"""All that placement leans on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.policy import Policy
from haneul.services.placement.store import PlacementStore

RATIOS: Mapping[str, float] = {"VCPU": 16.0}
"""How many times over each class of resource is given away; 1 where nothing is said."""


@dataclass(frozen=True)
class Parts:
    db: Database
    store: PlacementStore
    clock: Clock
    policy: Policy
    ratios: Mapping[str, float] = field(default_factory=lambda: RATIOS)
