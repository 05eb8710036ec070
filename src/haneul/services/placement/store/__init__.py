"""Placement's rows in and out; the only SQL of this service."""

from __future__ import annotations

from haneul.kit.db import Database
from haneul.services.placement.store.candidates import CandidateRows
from haneul.services.placement.store.claims import ClaimRows
from haneul.services.placement.store.consumers import UNKNOWN_TYPE, ConsumerRows
from haneul.services.placement.store.names import NameRows, resource_class_rows, trait_rows
from haneul.services.placement.store.providers import ProviderRows
from haneul.services.placement.store.tables import METADATA

__all__ = ["METADATA", "UNKNOWN_TYPE", "NameRows", "PlacementStore"]


class PlacementStore:
    """All rows of the service, by noun."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.providers = ProviderRows(db)
        self.claims = ClaimRows(db)
        self.candidates = CandidateRows(db)
        self.consumers = ConsumerRows(db)
        self.traits = trait_rows(db)
        self.resource_classes = resource_class_rows(db)
