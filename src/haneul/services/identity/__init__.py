"""Who exists in this cloud, what they may do and where its APIs are."""

from __future__ import annotations

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.policy import Policy
from haneul.services.identity.model import (
    DEFAULT_DOMAIN,
    EVERYTHING,
    SYSTEM,
    UNSCOPED,
    ActorKind,
    Assignment,
    AuthRequest,
    CatalogEntry,
    DomainId,
    Endpoint,
    EndpointId,
    Filter,
    Group,
    IssuedToken,
    Listing,
    Project,
    ProjectDeleted,
    ProjectId,
    Ref,
    Region,
    RegionId,
    Role,
    Scope,
    Service,
    ServiceId,
    Token,
    User,
    UserDeleted,
    UserDisabled,
    UserId,
)
from haneul.services.identity.parts import IdentitySettings, Parts
from haneul.services.identity.policy import RULES, SCOPES
from haneul.services.identity.store import METADATA, IdentityStore
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.assignments import (
    AssignmentQuery,
    Assignments,
    CountingAssignment,
    Names,
)
from haneul.services.identity.verbs.bootstrap import Bootstrap
from haneul.services.identity.verbs.catalog import Catalog, Endpoints, Regions, Services
from haneul.services.identity.verbs.domains import Domains, NewDomain
from haneul.services.identity.verbs.grants import Grants, Place
from haneul.services.identity.verbs.groups import Groups, NewGroup
from haneul.services.identity.verbs.projects import NewProject, Projects
from haneul.services.identity.verbs.roles import Inference, NewRole, Roles
from haneul.services.identity.verbs.tokens import Tokens
from haneul.services.identity.verbs.users import NewUser, Users

__all__ = [
    "DEFAULT_DOMAIN",
    "EVERYTHING",
    "METADATA",
    "RULES",
    "SCOPES",
    "SYSTEM",
    "UNSCOPED",
    "ActorKind",
    "Assignment",
    "AssignmentQuery",
    "AuthRequest",
    "CatalogEntry",
    "CountingAssignment",
    "DomainId",
    "Endpoint",
    "EndpointId",
    "Filter",
    "Group",
    "Identity",
    "IdentitySettings",
    "Inference",
    "IssuedToken",
    "Listing",
    "Names",
    "NewDomain",
    "NewGroup",
    "NewProject",
    "NewRole",
    "NewUser",
    "Parts",
    "Place",
    "Project",
    "ProjectDeleted",
    "ProjectId",
    "Ref",
    "Region",
    "RegionId",
    "Role",
    "Scope",
    "Service",
    "ServiceId",
    "Token",
    "User",
    "UserDeleted",
    "UserDisabled",
    "UserId",
    "open_parts",
]


class Identity:
    """The face of identity: one attribute per noun."""

    def __init__(self, parts: Parts) -> None:
        access = Access(parts)
        self.tokens = Tokens(parts, access)
        self.catalog = Catalog(parts)
        self.bootstrap = Bootstrap(parts)
        self.domains = Domains(parts, access)
        self.projects = Projects(parts, access)
        self.users = Users(parts)
        self.groups = Groups(parts)
        self.roles = Roles(parts)
        self.grants = Grants(parts, access)
        self.assignments = Assignments(parts, access)
        self.regions = Regions(parts)
        self.services = Services(parts)
        self.endpoints = Endpoints(parts)


def open_parts(db: Database, clock: Clock, bus: Bus, policy: Policy, settings: IdentitySettings) -> Parts:
    """Identity's parts; its keys are made if the state directory has none."""
    keys = settings.state / "keys"
    return Parts(
        db=db,
        store=IdentityStore(db),
        clock=clock,
        bus=bus,
        policy=policy,
        token_keys=Keyring(keys / "fernet"),
        credential_keys=Keyring(keys / "credentials"),
        settings=settings,
    )
