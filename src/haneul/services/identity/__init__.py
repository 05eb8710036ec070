"""Who exists in this cloud, what they may do and where its APIs are."""

from __future__ import annotations

from functools import partial

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.policy import Policy
from haneul.kit.throttle import Throttle
from haneul.kit.upkeep import Loop
from haneul.services.identity.driver import Issuers
from haneul.services.identity.model import (
    DEFAULT_DOMAIN,
    EVERYTHING,
    SYSTEM,
    UNSCOPED,
    AccessRule,
    AccessToken,
    ActorKind,
    ApplicationCredential,
    Assignment,
    AttributeMapping,
    AuthRequest,
    CatalogEntry,
    Consumer,
    Credential,
    DomainId,
    Endpoint,
    EndpointGroup,
    EndpointId,
    FederatedLink,
    FederationProtocol,
    Filter,
    Group,
    IdentityProvider,
    IssuedToken,
    KeptPolicy,
    Limit,
    Listing,
    PolicyUse,
    Project,
    ProjectDeleted,
    ProjectId,
    Receipt,
    Ref,
    Region,
    RegionId,
    RegisteredLimit,
    RequestToken,
    Role,
    Scope,
    Service,
    ServiceId,
    ServiceProvider,
    SignedCall,
    Token,
    Trust,
    TrustedIssuer,
    User,
    UserDeleted,
    UserDisabled,
    UserId,
)
from haneul.services.identity.model.federation import DEFAULT_RELAY_STATE_PREFIX
from haneul.services.identity.parts import IdentitySettings, Parts
from haneul.services.identity.policy import RULES, SCOPES
from haneul.services.identity.store import METADATA, IdentityStore
from haneul.services.identity.upkeep.forget_expired import forget_expired
from haneul.services.identity.upkeep.rotate_keys import rotate_keys
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.application_credentials import (
    ApplicationCredentials,
    NewApplicationCredential,
    Told,
    WantedRule,
)
from haneul.services.identity.verbs.assignments import (
    AssignmentQuery,
    Assignments,
    CountingAssignment,
    Names,
)
from haneul.services.identity.verbs.bootstrap import Bootstrap
from haneul.services.identity.verbs.catalog import Catalog, Endpoints, Regions, Services
from haneul.services.identity.verbs.credentials import Credentials, Ec2Key
from haneul.services.identity.verbs.domain_configs import DomainConfigs
from haneul.services.identity.verbs.domains import Domains, NewDomain
from haneul.services.identity.verbs.ec2 import SignedRequest, SignedText
from haneul.services.identity.verbs.grants import Grants, Place
from haneul.services.identity.verbs.groups import Groups, NewGroup
from haneul.services.identity.verbs.identity_providers import IdentityProviders, NewIdentityProvider, Protocols
from haneul.services.identity.verbs.limits import Limits, RegisteredLimits
from haneul.services.identity.verbs.mappings import Mappings
from haneul.services.identity.verbs.oauth1 import AccessTokens, Consumers, NewKey
from haneul.services.identity.verbs.policies import Policies
from haneul.services.identity.verbs.projects import NewProject, Projects
from haneul.services.identity.verbs.proof import MoreMethodsNeeded
from haneul.services.identity.verbs.roles import Inference, NewRole, Roles
from haneul.services.identity.verbs.service_providers import ServiceProviders
from haneul.services.identity.verbs.tokens import Tokens
from haneul.services.identity.verbs.trusts import NewTrust, Trusts
from haneul.services.identity.verbs.users import NewUser, Users
from haneul.services.identity.verbs.visibility import EndpointFilter, EndpointGroups

__all__ = [
    "DEFAULT_DOMAIN",
    "DEFAULT_RELAY_STATE_PREFIX",
    "EVERYTHING",
    "METADATA",
    "RULES",
    "SCOPES",
    "SYSTEM",
    "UNSCOPED",
    "AccessRule",
    "AccessToken",
    "ActorKind",
    "ApplicationCredential",
    "Assignment",
    "AssignmentQuery",
    "AttributeMapping",
    "AuthRequest",
    "CatalogEntry",
    "Consumer",
    "CountingAssignment",
    "Credential",
    "DomainId",
    "Ec2Key",
    "Endpoint",
    "EndpointGroup",
    "EndpointId",
    "FederatedLink",
    "FederationProtocol",
    "Filter",
    "Group",
    "Identity",
    "IdentityProvider",
    "IdentitySettings",
    "Inference",
    "IssuedToken",
    "Issuers",
    "KeptPolicy",
    "Limit",
    "Listing",
    "MoreMethodsNeeded",
    "Names",
    "NewApplicationCredential",
    "NewDomain",
    "NewGroup",
    "NewIdentityProvider",
    "NewKey",
    "NewProject",
    "NewRole",
    "NewTrust",
    "NewUser",
    "Parts",
    "Place",
    "PolicyUse",
    "Project",
    "ProjectDeleted",
    "ProjectId",
    "Receipt",
    "Ref",
    "Region",
    "RegionId",
    "RegisteredLimit",
    "RequestToken",
    "Role",
    "Scope",
    "Service",
    "ServiceId",
    "ServiceProvider",
    "SignedCall",
    "SignedRequest",
    "SignedText",
    "Token",
    "Told",
    "Trust",
    "TrustedIssuer",
    "User",
    "UserDeleted",
    "UserDisabled",
    "UserId",
    "WantedRule",
    "open_parts",
]


class Identity:
    """The face of identity: one attribute per noun."""

    workflows: tuple[()] = ()
    """Identity has no long work."""

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
        self.endpoint_groups = EndpointGroups(parts)
        self.endpoint_filter = EndpointFilter(parts)
        self.credentials = Credentials(parts, access)
        self.application_credentials = ApplicationCredentials(parts, access)
        self.trusts = Trusts(parts, access)
        self.registered_limits = RegisteredLimits(parts)
        self.limits = Limits(parts)
        self.policies = Policies(parts)
        self.identity_providers = IdentityProviders(parts)
        self.protocols = Protocols(parts)
        self.mappings = Mappings(parts)
        self.consumers = Consumers(parts)
        self.access_tokens = AccessTokens(parts, access)
        self.service_providers = ServiceProviders(parts)
        self.domain_configs = DomainConfigs(parts)
        self.upkeep = (
            Loop("identity.forget_expired", 3600, partial(forget_expired, parts)),
            Loop("identity.rotate_keys", 3600, partial(rotate_keys, parts)),
        )


def open_parts(
    db: Database, clock: Clock, bus: Bus, policy: Policy, settings: IdentitySettings, issuers: Issuers
) -> Parts:
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
        issuers=issuers,
        settings=settings,
        throttle=Throttle(settings.sign_in_failures, clock),
    )
