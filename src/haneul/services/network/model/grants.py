"""Grants: what lets projects use things of others (RBAC policies in the API)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

GrantId = NewType("GrantId", str)

EVERYBODY = "*"


class Shareable(StrEnum):
    """Nouns that may be used by projects other than their own."""

    NETWORK = "network"
    SECURITY_GROUP = "security_group"
    SUBNET_POOL = "subnetpool"
    ADDRESS_SCOPE = "address_scope"
    ADDRESS_GROUP = "address_group"
    QOS_POLICY = "qos_policy"


class Action(StrEnum):
    """What a grant lets a project do."""

    SHARE = "access_as_shared"
    LEAVE_BY = "access_as_external"
    """Have router gateways and floating IPs on a network."""


ACTIONS: dict[Shareable, tuple[Action, ...]] = dict.fromkeys(Shareable, (Action.SHARE,))
ACTIONS[Shareable.NETWORK] = (Action.SHARE, Action.LEAVE_BY)


@dataclass(frozen=True)
class Grant:
    id: GrantId
    project_id: str
    object_type: Shareable
    object_id: str
    action: Action
    target_project: str
    """Who is let; `*`: everybody."""
    revision_number: int = 0


@dataclass(frozen=True)
class NewGrant:
    object_type: str
    object_id: str
    action: str
    target_project: str
    project_id: str = ""


class Shared(Protocol):
    """A noun that knows with whom it is shared."""

    @property
    def id(self) -> str: ...

    @property
    def project_id(self) -> str: ...

    @property
    def shared_with(self) -> tuple[str, ...]: ...


def is_shared_with(noun: Shared, project_id: str) -> bool:
    """True if everybody or this project may use it by a grant, be it its own or not."""
    return EVERYBODY in noun.shared_with or project_id in noun.shared_with
