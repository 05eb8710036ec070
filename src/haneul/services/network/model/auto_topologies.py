"""A network with a way to the world, made for a project that asked for any."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AutoTopology:
    project_id: str
    network_id: str
    router_id: str
