"""Server groups: servers that want to be near each other, or apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GroupPolicy(StrEnum):
    AFFINITY = "affinity"
    """All on one host."""
    ANTI_AFFINITY = "anti-affinity"
    """Each on a host of its own, or so many to a host as the group says."""
    SOFT_AFFINITY = "soft-affinity"
    """On one host if there is room."""
    SOFT_ANTI_AFFINITY = "soft-anti-affinity"
    """Apart if there is room."""


@dataclass(frozen=True)
class ServerGroup:
    id: str
    name: str
    project_id: str
    user_id: str
    policy: GroupPolicy
    created_at: datetime
    most_per_host: int = 1
    """For anti-affinity."""
    members: tuple[str, ...] = ()
    """Ids of servers."""
