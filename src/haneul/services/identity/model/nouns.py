"""The nouns of identity: who exists, what they may use, where it is found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType

UserId = NewType("UserId", str)
ProjectId = NewType("ProjectId", str)
DomainId = NewType("DomainId", ProjectId)
GroupId = NewType("GroupId", str)
RoleId = NewType("RoleId", str)
RegionId = NewType("RegionId", str)
ServiceId = NewType("ServiceId", str)
EndpointId = NewType("EndpointId", str)

DEFAULT_DOMAIN = DomainId(ProjectId("default"))

Extra = Mapping[str, Any]
"""Attributes that clients keep with a thing and that mean nothing to the cloud, such as a user's e-mail."""


@dataclass(frozen=True)
class Project:
    """Who owns things; a domain is a project that is the root of a tree."""

    id: ProjectId
    name: str
    domain_id: DomainId | None
    """None for a domain itself."""
    parent_id: ProjectId | None
    path: str
    """The ids from the domain down to this one, joined by slashes."""
    description: str = ""
    is_domain: bool = False
    is_enabled: bool = True
    tags: tuple[str, ...] = ()
    options: Extra = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)

    @property
    def ancestors(self) -> tuple[ProjectId, ...]:
        """The ids above it, the domain first."""
        return tuple(ProjectId(part) for part in self.path.split("/")[:-1])

    @property
    def home(self) -> DomainId:
        """The domain it belongs to; for a domain, itself."""
        return self.domain_id or DomainId(self.id)


@dataclass(frozen=True)
class User:
    """Somebody who can sign in."""

    id: UserId
    name: str
    domain_id: DomainId
    default_project_id: str | None = None
    description: str | None = None
    is_enabled: bool = True
    password_expires_at: datetime | None = None
    options: Extra = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)
    epoch: int = 0
    """Raised whenever all tokens of the user become void."""
    failed_attempts: int = 0
    failed_at: datetime | None = None
    is_federated: bool = False
    """True for somebody whom an identity provider named: others may bear the same name."""

    def option(self, name: str) -> Any:
        return self.options.get(name)


@dataclass(frozen=True)
class Password:
    """One of a user's passwords, present or past, as a hash that tells its own cost."""

    id: str
    user_id: UserId
    hash: str
    created_at: datetime
    expires_at: datetime | None = None
    is_self_chosen: bool = False


@dataclass(frozen=True)
class Group:
    id: GroupId
    name: str
    domain_id: DomainId
    description: str = ""
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    """What somebody may do somewhere; with a domain it serves only that domain's assignments."""

    id: RoleId
    name: str
    domain_id: DomainId | None = None
    description: str | None = None
    options: Extra = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)

    @property
    def is_immutable(self) -> bool:
        return bool(self.options.get("immutable"))


ActorKind = Literal["user", "group"]
TargetKind = Literal["project", "domain", "system"]
SYSTEM = "system"
"""The target id of assignments on the whole cloud."""


@dataclass(frozen=True)
class Assignment:
    """A role that a user or group has on a project, a domain or the system."""

    actor_kind: ActorKind
    actor_id: str
    target_kind: TargetKind
    target_id: str
    role_id: RoleId
    is_inherited: bool = False
    """True if it counts for the projects below the target instead of the target."""


@dataclass(frozen=True)
class Region:
    id: RegionId
    description: str = ""
    parent_region_id: RegionId | None = None
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """An API of the catalogue."""

    id: ServiceId
    type: str
    name: str = ""
    description: str = ""
    is_enabled: bool = True
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """Where a service answers; `url` may hold $(project_id)s, $(tenant_id)s and $(user_id)s."""

    id: EndpointId
    service_id: ServiceId
    interface: str
    url: str
    region_id: RegionId | None = None
    is_enabled: bool = True
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class EndpointGroup:
    """Endpoints that match the filters, made visible to chosen projects."""

    id: str
    name: str
    filters: Mapping[str, str]
    description: str = ""

    def holds(self, endpoint: Endpoint) -> bool:
        facts = {
            "service_id": endpoint.service_id,
            "region_id": endpoint.region_id,
            "interface": endpoint.interface,
        }
        return all(facts.get(key) == value for key, value in self.filters.items())


@dataclass(frozen=True)
class CatalogEntry:
    """A service with the endpoints that a scope sees, their URLs filled in."""

    service: Service
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True)
class Credential:
    """A secret of a user for something outside the password: EC2 keys, TOTP seeds, certificates."""

    id: str
    type: str
    blob: str = field(repr=False)
    user_id: UserId
    project_id: str | None = None
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class SealedCredential:
    """A credential as it rests on disk."""

    id: str
    type: str
    sealed_blob: str
    user_id: UserId
    project_id: str | None = None
    extra: Extra = field(default_factory=dict)
    access_hash: str | None = None
    """Of an EC2 credential: by which it is found when a request names its access key."""


@dataclass(frozen=True)
class AccessRule:
    """One kind of request that an application credential may make."""

    id: str
    user_id: UserId
    service: str
    path: str
    method: str


@dataclass(frozen=True)
class ApplicationCredential:
    """A secret by which a program acts as a user in one project, with some of the user's roles."""

    id: str
    name: str
    user_id: UserId
    project_id: str
    secret_hash: str
    role_ids: tuple[RoleId, ...]
    description: str | None = None
    is_unrestricted: bool = False
    expires_at: datetime | None = None
    access_rule_ids: tuple[str, ...] | None = None
    """None: every request is allowed."""


@dataclass(frozen=True)
class Trust:
    """A promise: the trustee may act with some of the trustor's roles in a project."""

    id: str
    trustor_user_id: UserId
    trustee_user_id: UserId
    project_id: str | None
    role_ids: tuple[RoleId, ...]
    impersonation: bool
    expires_at: datetime | None = None
    remaining_uses: int | None = None
    redelegated_trust_id: str | None = None
    redelegation_count: int = 0
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class RegisteredLimit:
    """How much of a resource every project may use unless a limit says otherwise."""

    id: str
    service_id: ServiceId
    resource_name: str
    default_limit: int
    region_id: RegionId | None = None
    description: str | None = None


@dataclass(frozen=True)
class Limit:
    """How much of a resource one project or domain may use."""

    id: str
    service_id: ServiceId
    resource_name: str
    resource_limit: int
    region_id: RegionId | None = None
    project_id: str | None = None
    domain_id: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class PolicyUse:
    """What a kept policy is for: one endpoint, or a service everywhere or in one region."""

    endpoint_id: str | None = None
    service_id: str | None = None
    region_id: str | None = None


@dataclass(frozen=True)
class KeptPolicy:
    """A policy that some service keeps here."""

    id: str
    type: str
    blob: str
    uses: tuple[PolicyUse, ...] = ()
    extra: Extra = field(default_factory=dict)


# What others may want to hear of.


@dataclass(frozen=True)
class ProjectDeleted:
    project_id: ProjectId


@dataclass(frozen=True)
class UserDeleted:
    user_id: UserId


@dataclass(frozen=True)
class UserDisabled:
    user_id: UserId
