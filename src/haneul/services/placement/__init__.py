"""Where there is room, and who holds it."""

from __future__ import annotations

from haneul.services.placement.model import (
    ANY_GENERATION,
    DISABLED,
    NO_LIMIT,
    AnyGeneration,
    Bound,
    Candidate,
    CandidateRequest,
    Claim,
    ConsumerId,
    Found,
    Inventory,
    NewHoldings,
    NewInventories,
    Provider,
    ProviderFilter,
    ProviderId,
    Refusal,
    Removed,
    Room,
    Search,
    Usage,
    Wish,
)
from haneul.services.placement.parts import RATIOS, Parts
from haneul.services.placement.policy import RULES
from haneul.services.placement.store import METADATA, PlacementStore
from haneul.services.placement.verbs.allocations import Allocations, Holding
from haneul.services.placement.verbs.belongings import Belongings, ProviderAggregates, ProviderTraits
from haneul.services.placement.verbs.candidates import Candidates
from haneul.services.placement.verbs.claims import Claims
from haneul.services.placement.verbs.hosts import Hosts
from haneul.services.placement.verbs.inventories import Inventories, InventoryVerbs
from haneul.services.placement.verbs.names import resource_class_names, trait_names
from haneul.services.placement.verbs.providers import Providers

__all__ = [
    "ANY_GENERATION",
    "DISABLED",
    "METADATA",
    "NO_LIMIT",
    "RATIOS",
    "RULES",
    "AnyGeneration",
    "Belongings",
    "Bound",
    "Candidate",
    "CandidateRequest",
    "Candidates",
    "Claim",
    "Claims",
    "ConsumerId",
    "Found",
    "Holding",
    "Hosts",
    "Inventories",
    "Inventory",
    "NewHoldings",
    "NewInventories",
    "Parts",
    "Placement",
    "PlacementStore",
    "Provider",
    "ProviderFilter",
    "ProviderId",
    "Refusal",
    "Removed",
    "Room",
    "Search",
    "Usage",
    "Wish",
]


class Placement:
    """The face of the placement service.

    `hosts`, `claims`, `candidates.find` and `candidates.explain` are for the services of this cloud and ask for no
    permission; the rest is what clients of the placement API do.
    """

    def __init__(self, parts: Parts) -> None:
        self.hosts = Hosts(parts)
        self.claims = Claims(parts)
        self.traits = trait_names(parts)
        self.resource_classes = resource_class_names(parts)
        self.candidates = Candidates(parts, self.traits, self.resource_classes)
        self.providers = Providers(parts, self.traits, self.resource_classes)
        self.inventories = InventoryVerbs(parts, self.resource_classes)
        self.provider_traits = ProviderTraits(parts, self.traits)
        self.provider_aggregates = ProviderAggregates(parts)
        self.allocations = Allocations(parts, self.resource_classes, self.inventories)
