"""Where there is room, and who holds it."""

from __future__ import annotations

from haneul.services.placement.model import (
    DISABLED,
    Candidate,
    CandidateRequest,
    Claim,
    ConsumerId,
    Inventory,
    Provider,
    ProviderId,
    Refusal,
    Removed,
)
from haneul.services.placement.parts import RATIOS, Parts
from haneul.services.placement.store import METADATA, PlacementStore
from haneul.services.placement.verbs.candidates import Candidates
from haneul.services.placement.verbs.claims import Claims
from haneul.services.placement.verbs.hosts import Hosts

__all__ = [
    "DISABLED",
    "METADATA",
    "RATIOS",
    "Candidate",
    "CandidateRequest",
    "Claim",
    "ConsumerId",
    "Inventory",
    "Parts",
    "Placement",
    "PlacementStore",
    "Provider",
    "ProviderId",
    "Refusal",
    "Removed",
]


class Placement:
    """The face of the placement service.

    `hosts`, `claims` and `candidates` are for the services of this cloud and ask for no permission.
    """

    def __init__(self, parts: Parts) -> None:
        self.hosts = Hosts(parts)
        self.claims = Claims(parts)
        self.candidates = Candidates(parts)
