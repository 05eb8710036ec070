"""Rule templates: what the rules of every new security group are made from (default security group rules)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from haneul.services.network.model.security_groups import IPV4

RuleTemplateId = NewType("RuleTemplateId", str)

PARENT = "PARENT"
"""As remote group: the group itself that the rule will be in."""


@dataclass(frozen=True)
class RuleTemplate:
    id: RuleTemplateId
    direction: str
    ethertype: str
    created_at: datetime
    updated_at: datetime
    protocol: str | None = None
    port_min: int | None = None
    port_max: int | None = None
    remote_group_id: str | None = None
    remote_ip_prefix: str | None = None
    remote_address_group_id: str | None = None
    is_for_default: bool = False
    """In each project's default group."""
    is_for_others: bool = True
    description: str = ""
    revision_number: int = 0


@dataclass(frozen=True)
class NewRuleTemplate:
    direction: str
    ethertype: str = IPV4
    protocol: str | None = None
    port_min: int | None = None
    port_max: int | None = None
    remote_group_id: str | None = None
    remote_ip_prefix: str | None = None
    remote_address_group_id: str | None = None
    is_for_default: bool = False
    is_for_others: bool = True
    description: str = ""
