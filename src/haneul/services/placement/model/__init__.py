"""The nouns of placement."""

from haneul.services.placement.model.claims import Bound, Candidate, CandidateRequest, Claim, Refusal, Removed
from haneul.services.placement.model.holdings import (
    ANY_GENERATION,
    UNKNOWN_OWNER,
    AnyGeneration,
    Consumer,
    NewHoldings,
    NewInventories,
    Usage,
)
from haneul.services.placement.model.providers import (
    DISABLED,
    NO_LIMIT,
    SHARES,
    ConsumerId,
    Inventory,
    Provider,
    ProviderId,
    Room,
)
from haneul.services.placement.model.search import Found, Proposal, ProviderFilter, Search, Wish
from haneul.services.placement.model.standard import RESOURCE_CLASSES, TRAITS

__all__ = [
    "ANY_GENERATION",
    "DISABLED",
    "NO_LIMIT",
    "RESOURCE_CLASSES",
    "SHARES",
    "TRAITS",
    "UNKNOWN_OWNER",
    "AnyGeneration",
    "Bound",
    "Candidate",
    "CandidateRequest",
    "Claim",
    "Consumer",
    "ConsumerId",
    "Found",
    "Inventory",
    "NewHoldings",
    "NewInventories",
    "Proposal",
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
