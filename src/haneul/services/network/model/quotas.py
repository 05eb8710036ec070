"""How much a project may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

UNLIMITED = -1

DEFAULT_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "network": 100,
        "subnet": 100,
        "subnetpool": UNLIMITED,
        "port": 500,
        "router": 10,
        "floatingip": 50,
        "security_group": 10,
        "security_group_rule": 100,
        "rbac_policy": 10,
        "trunk": -1,
    }
)
"""Neutron's own defaults, by the names that its quota API has."""


@dataclass(frozen=True)
class Usage:
    limit: int
    used: int
    reserved: int = 0


@dataclass(frozen=True)
class ProjectQuotas:
    project_id: str
    limits: Mapping[str, int]
