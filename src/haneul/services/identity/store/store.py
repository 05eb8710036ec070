"""All of identity's rows in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from haneul.kit.db import Database
from haneul.services.identity.store.catalog import (
    EndpointGroupRows,
    EndpointRows,
    RegionRows,
    ServiceRows,
    Visibility,
)
from haneul.services.identity.store.federation import (
    ExpiringMemberships,
    FederatedLinks,
    IdentityProviderRows,
    MappingRows,
    ProtocolRows,
    ServiceProviderRows,
)
from haneul.services.identity.store.grants import AssignmentRows, RoleRows
from haneul.services.identity.store.oauth1 import AccessTokenRows, ConsumerRows, Nonces, RequestTokenRows
from haneul.services.identity.store.people import GroupRows, PasswordRows, UserRows
from haneul.services.identity.store.projects import ProjectRows
from haneul.services.identity.store.secrets import (
    AccessRuleRows,
    ApplicationCredentialRows,
    CredentialRows,
    LimitRows,
    PolicyRows,
    RegisteredLimitRows,
    TrustRows,
)
from haneul.services.identity.store.tokens import RevokedTokens, Version


class IdentityStore:
    def __init__(self, db: Database) -> None:
        self.db = db
        self.projects = ProjectRows(db)
        self.users = UserRows(db)
        self.passwords = PasswordRows(db)
        self.groups = GroupRows(db)
        self.roles = RoleRows(db)
        self.assignments = AssignmentRows(db)
        self.regions = RegionRows(db)
        self.services = ServiceRows(db)
        self.endpoints = EndpointRows(db)
        self.endpoint_groups = EndpointGroupRows(db)
        self.visibility = Visibility(db)
        self.credentials = CredentialRows(db)
        self.access_rules = AccessRuleRows(db)
        self.application_credentials = ApplicationCredentialRows(db)
        self.trusts = TrustRows(db)
        self.registered_limits = RegisteredLimitRows(db)
        self.limits = LimitRows(db)
        self.policies = PolicyRows(db)
        self.identity_providers = IdentityProviderRows(db)
        self.mappings = MappingRows(db)
        self.protocols = ProtocolRows(db)
        self.service_providers = ServiceProviderRows(db)
        self.federated = FederatedLinks(db)
        self.expiring = ExpiringMemberships(db)
        self.consumers = ConsumerRows(db)
        self.request_tokens = RequestTokenRows(db)
        self.access_tokens = AccessTokenRows(db)
        self.nonces = Nonces(db)
        self.revoked = RevokedTokens(db)
        self.version = Version(db)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction that changes something which tokens may depend on."""
        with self.db.write():
            yield
            self.version.raise_it()
