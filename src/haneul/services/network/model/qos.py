"""Quality of service: how much a port may send and receive, and how its packets are marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NewType

from msgspec import UNSET, UnsetType

QosPolicyId = NewType("QosPolicyId", str)
QosRuleId = NewType("QosRuleId", str)

EGRESS, INGRESS = "egress", "ingress"
BANDWIDTH_LIMIT, DSCP_MARKING = "bandwidth_limit", "dscp_marking"
DSCP_MARKS = (0, *range(8, 42, 2), 46, 48, 56)
"""The code points that routers know (RFC 2474, 2597, 3246)."""
MAX_KBPS = 2**31 - 1

RULE_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {BANDWIDTH_LIMIT: ("max_kbps", "max_burst_kbps", "direction"), DSCP_MARKING: ("dscp_mark",)}
)
"""What each type of rule says."""


@dataclass(frozen=True)
class QosRule:
    """One thing that a policy says; a policy says each only once, a limit once for each direction."""

    id: QosRuleId
    policy_id: QosPolicyId
    type: str
    created_at: datetime
    updated_at: datetime
    direction: str = EGRESS
    """As the guest sees it: egress is what it sends."""
    max_kbps: int = 0
    max_burst_kbps: int = 0
    """0: as much as in a second."""
    dscp_mark: int = 0
    revision_number: int = 0


@dataclass(frozen=True)
class QosPolicy:
    id: QosPolicyId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_default: bool = False
    """True if its project's new networks have it unless they say otherwise."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    """The projects that may use it, by grants; `*`: every one."""
    rules: tuple[QosRule, ...] = ()


@dataclass(frozen=True)
class NewQosPolicy:
    name: str = ""
    project_id: str = ""
    description: str = ""
    is_shared: bool = False
    is_default: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class QosPolicyChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


@dataclass(frozen=True)
class QosRuleWish:
    """What a rule shall say; of a new rule what is not said has its default."""

    direction: str | UnsetType = UNSET
    max_kbps: int | UnsetType = UNSET
    max_burst_kbps: int | UnsetType = UNSET
    dscp_mark: int | UnsetType = UNSET
