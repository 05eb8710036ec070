"""Networks: who reaches whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from haneul.kit.drift import Drift
from haneul.kit.policy import Caller
from haneul.kit.upkeep import Loop
from haneul.services.identity import ProjectDeleted
from haneul.services.network.driver import (
    AddressGroupIntent,
    AdvertisedRange,
    FloatingIpIntent,
    Foreign,
    ForwardingIntent,
    Intent,
    Kind,
    NetworkDriver,
    NetworkIntent,
    Owned,
    PacketTrace,
    PortAddress,
    PortIntent,
    PortRole,
    PortSeen,
    QosIntent,
    RouterGateway,
    RouterIntent,
    RouterPort,
    RuleIntent,
    SecurityGroupIntent,
    SubnetIntent,
    Traced,
)
from haneul.services.network.model.address_groups import AddressGroup, AddressGroupChanges, NewAddressGroup
from haneul.services.network.model.agents import Chassis, NetworkAgent
from haneul.services.network.model.auto_topologies import AutoTopology
from haneul.services.network.model.availability import IpAvailability, SubnetAvailability
from haneul.services.network.model.explaining import Explanation, Question, Stop
from haneul.services.network.model.forwardings import Forwarding, ForwardingChanges, NewForwarding, PortSpan
from haneul.services.network.model.grants import EVERYBODY, Grant, NewGrant, is_shared_with
from haneul.services.network.model.listing import Filter, Listing, TagFilter
from haneul.services.network.model.networks import (
    AddressRange,
    HostRoute,
    NetworkChanges,
    NetworkId,
    NewNetwork,
    NewSubnet,
    Subnet,
    SubnetChanges,
    SubnetId,
    VirtualNetwork,
)
from haneul.services.network.model.pools import (
    AddressScope,
    AddressScopeChanges,
    NewAddressScope,
    NewSubnetPool,
    SubnetPool,
    SubnetPoolChanges,
)
from haneul.services.network.model.ports import (
    INTERFACE_OWNER,
    AddressPair,
    DhcpOption,
    FixedIp,
    HostBinding,
    NewPort,
    OutsideAddressChanged,
    Port,
    PortChanges,
    PortId,
    PortStatusChanged,
    ServerAddress,
    ServerPortChanged,
    WantedIp,
)
from haneul.services.network.model.qos import (
    BANDWIDTH_LIMIT,
    DSCP_MARKING,
    DSCP_MARKS,
    RULE_FIELDS,
    NewQosPolicy,
    QosPolicy,
    QosPolicyChanges,
    QosRule,
    QosRuleWish,
)
from haneul.services.network.model.quotas import DEFAULT_LIMITS, ProjectQuotas, Usage
from haneul.services.network.model.routers import (
    FloatingIp,
    FloatingIpChanges,
    FloatingIpId,
    FloatingIpPool,
    Gateway,
    Interface,
    LedPort,
    NewFloatingIp,
    NewRouter,
    Router,
    RouterChanges,
    RouterId,
    WantedGateway,
)
from haneul.services.network.model.rule_templates import NewRuleTemplate, RuleTemplate
from haneul.services.network.model.security_groups import (
    NewRule,
    NewSecurityGroup,
    RuleId,
    SecurityGroup,
    SecurityGroupChanges,
    SecurityGroupId,
    SecurityGroupRule,
)
from haneul.services.network.model.trunks import NewTrunk, SubPort, Trunk, TrunkChanges, WantedSubPort
from haneul.services.network.parts import Options, Parts
from haneul.services.network.policy import RULES
from haneul.services.network.store import METADATA, NetworkStore
from haneul.services.network.upkeep.drift import find_drift
from haneul.services.network.upkeep.follow import Follow
from haneul.services.network.upkeep.mend import EVERY_S, Mend
from haneul.services.network.verbs.address_groups import AddressGroups
from haneul.services.network.verbs.address_scopes import AddressScopes
from haneul.services.network.verbs.agents import Agents
from haneul.services.network.verbs.auto_topologies import AutoTopologies
from haneul.services.network.verbs.availability import Availability
from haneul.services.network.verbs.drift import NetworkDrift
from haneul.services.network.verbs.explaining import Explaining
from haneul.services.network.verbs.floating_ips import FloatingIps
from haneul.services.network.verbs.forwardings import Forwardings
from haneul.services.network.verbs.grants import Grants
from haneul.services.network.verbs.networks import Networks
from haneul.services.network.verbs.ports import Ports
from haneul.services.network.verbs.projects import forget_project
from haneul.services.network.verbs.qos_policies import QosPolicies
from haneul.services.network.verbs.quotas import Quotas
from haneul.services.network.verbs.routers import Routers
from haneul.services.network.verbs.rule_templates import RuleTemplates
from haneul.services.network.verbs.security_groups import SecurityGroups
from haneul.services.network.verbs.subnet_pools import SubnetPools
from haneul.services.network.verbs.subnets import Subnets
from haneul.services.network.verbs.tags import Tags
from haneul.services.network.verbs.trunks import Trunks
from haneul.services.network.workflows.port_status import set_port_up

__all__ = [
    "BANDWIDTH_LIMIT",
    "DEFAULT_LIMITS",
    "DSCP_MARKING",
    "DSCP_MARKS",
    "EVERYBODY",
    "FOLLOW",
    "INTERFACE_OWNER",
    "MEND",
    "METADATA",
    "RULES",
    "RULE_FIELDS",
    "AddressGroup",
    "AddressGroupChanges",
    "AddressGroupIntent",
    "AddressPair",
    "AddressRange",
    "AddressScope",
    "AddressScopeChanges",
    "AdvertisedRange",
    "AutoTopology",
    "Chassis",
    "DhcpOption",
    "Explanation",
    "Filter",
    "FixedIp",
    "FloatingIp",
    "FloatingIpChanges",
    "FloatingIpId",
    "FloatingIpIntent",
    "FloatingIpPool",
    "Foreign",
    "Forwarding",
    "ForwardingChanges",
    "ForwardingIntent",
    "Gateway",
    "Grant",
    "HostBinding",
    "HostRoute",
    "Intent",
    "Interface",
    "IpAvailability",
    "Kind",
    "LedPort",
    "Listing",
    "Network",
    "NetworkAgent",
    "NetworkChanges",
    "NetworkDriver",
    "NetworkId",
    "NetworkIntent",
    "NetworkStore",
    "NewAddressGroup",
    "NewAddressScope",
    "NewFloatingIp",
    "NewForwarding",
    "NewGrant",
    "NewNetwork",
    "NewPort",
    "NewQosPolicy",
    "NewRouter",
    "NewRule",
    "NewRuleTemplate",
    "NewSecurityGroup",
    "NewSubnet",
    "NewSubnetPool",
    "NewTrunk",
    "Options",
    "OutsideAddressChanged",
    "Owned",
    "PacketTrace",
    "Parts",
    "Port",
    "PortAddress",
    "PortChanges",
    "PortId",
    "PortIntent",
    "PortRole",
    "PortSeen",
    "PortSpan",
    "PortStatusChanged",
    "ProjectQuotas",
    "QosIntent",
    "QosPolicy",
    "QosPolicyChanges",
    "QosRule",
    "QosRuleWish",
    "Question",
    "Router",
    "RouterChanges",
    "RouterGateway",
    "RouterId",
    "RouterIntent",
    "RouterPort",
    "RuleId",
    "RuleIntent",
    "RuleTemplate",
    "SecurityGroup",
    "SecurityGroupChanges",
    "SecurityGroupId",
    "SecurityGroupIntent",
    "SecurityGroupRule",
    "ServerAddress",
    "ServerPortChanged",
    "Stop",
    "SubPort",
    "Subnet",
    "SubnetAvailability",
    "SubnetChanges",
    "SubnetId",
    "SubnetIntent",
    "SubnetPool",
    "SubnetPoolChanges",
    "TagFilter",
    "Traced",
    "Trunk",
    "TrunkChanges",
    "Usage",
    "VirtualNetwork",
    "WantedGateway",
    "WantedIp",
    "WantedSubPort",
    "is_shared_with",
]

FOLLOW, MEND = "network.follow", "network.mend"
"""The loops' names."""


class Network:
    """The face of the network service: one attribute per noun."""

    def __init__(self, parts: Parts) -> None:
        self.networks = Networks(parts)
        self.subnets = Subnets(parts)
        self.ports = Ports(parts)
        self.routers = Routers(parts)
        self.floating_ips = FloatingIps(parts)
        self.forwardings = Forwardings(parts)
        self.security_groups = SecurityGroups(parts)
        self.address_scopes = AddressScopes(parts)
        self.subnet_pools = SubnetPools(parts)
        self.address_groups = AddressGroups(parts)
        self.rule_templates = RuleTemplates(parts)
        self.grants = Grants(parts)
        self.qos_policies = QosPolicies(parts)
        self.trunks = Trunks(parts)
        self.explaining = Explaining(parts)
        self.quotas = Quotas(parts)
        self.agents = Agents(parts)
        self.auto_topologies = AutoTopologies(parts)
        self.drift = NetworkDrift(parts)
        self.tags = Tags(parts)
        self.availability = Availability(parts)
        self.zone = parts.options.zone
        self.upkeep = (Loop(FOLLOW, 2.0, Follow(parts)), Loop(MEND, EVERY_S, Mend(parts)))
        self.workflows: tuple[Callable[..., None], ...] = ()
        """None: what networks do is one transaction, and the world follows by `upkeep`."""
        self.parts = parts
        parts.bus.subscribe(ProjectDeleted, lambda news: forget_project(parts, news.project_id))

    def allows(self, caller: Caller, rule: str) -> bool:
        """True if the caller may see what `rule` (e.g. get_port:binding:host_id) is about, whosever it is."""
        return self.parts.policy.allows(caller, rule)

    def require(self, caller: Caller, rule: str) -> None:
        """Raises Forbidden unless `allows`."""
        self.parts.policy.require(caller, rule)

    def together(self) -> AbstractContextManager[object]:
        """What is done inside is done whole or not at all."""
        return self.parts.db.write()

    def untold(self) -> int:
        """Of how many things OVN has not been told the newest state yet."""
        return self.parts.store.pending.count()

    def when_changed(self, hurry: Callable[[], None]) -> None:
        """Call `hurry` after every change that the world must follow: it has the loop `network.follow` run now."""
        self.parts.bell.listen(hurry)

    def start(self, hurry_mend: Callable[[], None] = lambda: None) -> None:
        """Listen to the world: ports that come up, and everything after which `network.mend` should run now."""
        self.parts.driver.watch(lambda seen: set_port_up(self.parts, seen.port_id, seen.is_up), hurry_mend)

    def differences(self) -> Drift:
        """What differs in the network from what is written."""
        return find_drift(self.parts)

    def stop(self) -> None:
        self.parts.driver.close()
