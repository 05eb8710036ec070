"""Security groups: what may reach a port and what may leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import NewType

from msgspec import UNSET, UnsetType

SecurityGroupId = NewType("SecurityGroupId", str)
RuleId = NewType("RuleId", str)

INGRESS, EGRESS = "ingress", "egress"
IPV4, IPV6 = "IPv4", "IPv6"
DEFAULT_NAME = "default"


@dataclass(frozen=True)
class SecurityGroupRule:
    id: RuleId
    security_group_id: SecurityGroupId
    project_id: str
    direction: str
    """ingress or egress."""
    ethertype: str
    """IPv4 or IPv6."""
    created_at: datetime
    updated_at: datetime
    protocol: str | None = None
    """A name or a number as text; None: any."""
    port_min: int | None = None
    """The first port; for ICMP the type."""
    port_max: int | None = None
    """The last port; for ICMP the code."""
    remote_group_id: str | None = None
    remote_ip_prefix: str | None = None
    remote_address_group_id: str | None = None
    description: str = ""
    revision_number: int = 0
    is_of_default_group: bool = False

    @property
    def remote_range(self) -> str | None:
        """The remote range in its one form, without the bits behind its prefix."""
        return None if self.remote_ip_prefix is None else str(ip_network(self.remote_ip_prefix, strict=False))


@dataclass(frozen=True)
class SecurityGroup:
    id: SecurityGroupId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_stateful: bool = True
    is_default: bool = False
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    rules: tuple[SecurityGroupRule, ...] = ()
    shared_with: tuple[str, ...] = ()
    """The projects whose ports may be in it; `*`: all."""


@dataclass(frozen=True)
class NewSecurityGroup:
    name: str
    project_id: str = ""
    description: str = ""
    is_stateful: bool = True
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecurityGroupChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_stateful: bool | UnsetType = UNSET


@dataclass(frozen=True)
class NewRule:
    security_group_id: str
    direction: str
    ethertype: str = IPV4
    protocol: str | None = None
    port_min: int | None = None
    port_max: int | None = None
    remote_group_id: str | None = None
    remote_ip_prefix: str | None = None
    remote_address_group_id: str | None = None
    project_id: str = ""
    description: str = ""
