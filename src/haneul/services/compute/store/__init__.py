"""Rows in, rows out: the only SQL of compute."""

from __future__ import annotations

from haneul.kit.db import Database
from haneul.kit.keyring import Keyring
from haneul.services.compute.store.aggregates import AggregateStore
from haneul.services.compute.store.consoles import ConsoleStore
from haneul.services.compute.store.flavors import FlavorFilter, FlavorStore
from haneul.services.compute.store.groups import GroupStore
from haneul.services.compute.store.hosts import HostStore
from haneul.services.compute.store.keypairs import KeypairStore
from haneul.services.compute.store.listing import SORT_COLUMNS, ServerFilter, TagFilter
from haneul.services.compute.store.moves import MoveFilter, MoveStore
from haneul.services.compute.store.quotas import QuotaStore
from haneul.services.compute.store.servers import ServerStore, absent
from haneul.services.compute.store.tables import METADATA
from haneul.services.compute.store.volumes import ServerVolumeStore

__all__ = [
    "METADATA",
    "SERVER_SORT_KEYS",
    "AggregateStore",
    "ComputeStore",
    "ConsoleStore",
    "FlavorFilter",
    "FlavorStore",
    "GroupStore",
    "HostStore",
    "KeypairStore",
    "MoveFilter",
    "MoveStore",
    "QuotaStore",
    "ServerFilter",
    "ServerStore",
    "TagFilter",
    "absent",
]


SERVER_SORT_KEYS = frozenset(SORT_COLUMNS)


class ComputeStore:
    """One attribute per noun."""

    def __init__(self, db: Database, vault: Keyring) -> None:
        """`vault` seals what is secret in the rows."""
        self.db = db
        self.flavors = FlavorStore(db)
        self.keypairs = KeypairStore(db)
        self.hosts = HostStore(db)
        self.servers = ServerStore(db, vault)
        self.quotas = QuotaStore(db)
        self.groups = GroupStore(db)
        self.volumes = ServerVolumeStore(db)
        self.consoles = ConsoleStore(db)
        self.aggregates = AggregateStore(db)
        self.moves = MoveStore(db)
