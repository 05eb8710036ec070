"""Networks' rows in and out; the only SQL of this service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.kit.db import Database
from haneul.services.network.model.grants import Shareable
from haneul.services.network.store.addresses import AddressRows
from haneul.services.network.store.grants import GrantRows, SharedRows
from haneul.services.network.store.networks import NetworkRows, SubnetRows
from haneul.services.network.store.pending import PendingRows
from haneul.services.network.store.ports import PortRows
from haneul.services.network.store.qos import QosPolicyRows
from haneul.services.network.store.quotas import QuotaRows
from haneul.services.network.store.routers import FloatingIpRows, RouterRows
from haneul.services.network.store.security_groups import SecurityGroupRows
from haneul.services.network.store.tables import METADATA

__all__ = ["METADATA", "NetworkStore", "SharedRows"]


class NetworkStore:
    """All rows of the service, by noun."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.networks = NetworkRows(db)
        self.subnets = SubnetRows(db)
        self.ports = PortRows(db)
        self.addresses = AddressRows(db)
        self.security_groups = SecurityGroupRows(db)
        self.rules = self.security_groups.rules
        self.routers = RouterRows(db)
        self.floating_ips = FloatingIpRows(db)
        self.grants = GrantRows(db)
        self.qos_policies = QosPolicyRows(db)
        self.qos_rules = self.qos_policies.rules
        self.shareable: Mapping[Shareable, SharedRows[Any]] = {
            each.object_type: each for each in (self.networks, self.security_groups, self.qos_policies)
        }
        self.quotas = QuotaRows(db)
        self.pending = PendingRows(db)
