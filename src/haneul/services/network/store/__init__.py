"""Networks' rows in and out; the only SQL of this service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from haneul.kit.db import Database
from haneul.services.network.model.grants import Shareable
from haneul.services.network.store.address_groups import AddressGroupRows
from haneul.services.network.store.addresses import AddressRows
from haneul.services.network.store.agents import AgentRows
from haneul.services.network.store.auto_topologies import AutoTopologyRows
from haneul.services.network.store.forwardings import ForwardingRows
from haneul.services.network.store.grants import GrantRows, SharedRows
from haneul.services.network.store.locks import hold
from haneul.services.network.store.networks import NetworkRows, SubnetRows
from haneul.services.network.store.pending import PendingRows
from haneul.services.network.store.pools import AddressScopeRows, SubnetPoolRows
from haneul.services.network.store.ports import PortRows
from haneul.services.network.store.qos import QosPolicyRows
from haneul.services.network.store.quotas import QuotaRows
from haneul.services.network.store.routers import FloatingIpRows, RouterRows
from haneul.services.network.store.rule_templates import RuleTemplateRows
from haneul.services.network.store.security_groups import SecurityGroupRows
from haneul.services.network.store.tables import METADATA
from haneul.services.network.store.trunks import TrunkRows

__all__ = ["METADATA", "NetworkStore", "SharedRows"]


class NetworkStore:
    """All rows of the service, by noun."""

    def __init__(self, db: Database, domain: str = "") -> None:
        """`domain` is the DNS domain of ports that are in no other."""
        self.db = db
        self.networks = NetworkRows(db)
        self.subnets = SubnetRows(db)
        self.ports = PortRows(db, domain)
        self.addresses = AddressRows(db)
        self.security_groups = SecurityGroupRows(db)
        self.rules = self.security_groups.rules
        self.routers = RouterRows(db)
        self.floating_ips = FloatingIpRows(db)
        self.forwardings = ForwardingRows(db)
        self.address_groups = AddressGroupRows(db)
        self.rule_templates = RuleTemplateRows(db)
        self.address_scopes = AddressScopeRows(db)
        self.subnet_pools = SubnetPoolRows(db)
        self.grants = GrantRows(db)
        self.qos_policies = QosPolicyRows(db)
        self.qos_rules = self.qos_policies.rules
        self.trunks = TrunkRows(db)
        self.quotas = QuotaRows(db)
        self.auto_topologies = AutoTopologyRows(db)
        self.agents = AgentRows(db)
        self.pending = PendingRows(db)
        self.shareable = self._shareable()
        self.counted = self._counted()

    def _shareable(self) -> Mapping[Shareable, SharedRows[Any]]:
        """What projects may share with others, by its type."""
        pools: tuple[SharedRows[Any], ...] = (self.address_scopes, self.subnet_pools, self.address_groups)
        every: tuple[SharedRows[Any], ...] = (self.networks, self.security_groups, self.qos_policies, *pools)
        return {each.object_type: each for each in every}

    def _counted(self) -> Mapping[str, Callable[[str], int]]:
        """By quota: how many of it a project has."""
        return {
            "network": self.networks.count,
            "subnet": self.subnets.count,
            "subnetpool": self.subnet_pools.count,
            "port": self.ports.count,
            "router": self.routers.count,
            "floatingip": self.floating_ips.count,
            "security_group": self.security_groups.count,
            "security_group_rule": self.rules.count,
            "rbac_policy": self.grants.count,
            "trunk": self.trunks.count,
        }

    def count_to_add(self, resource: str, project_id: str) -> int:
        """How many the project has; until this transaction ends nobody else counts them in order to add some."""
        hold(self.db, f"quota/{resource}/{project_id}")
        return self.counted[resource](project_id)
