"""Identity providers: who may vouch for people, and by which protocols (OS-FEDERATION)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from haneul.kit.errors import Invalid
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    EVERYTHING,
    DomainId,
    FederationProtocol,
    IdentityProvider,
    Listing,
    Project,
    ProjectId,
)
from haneul.services.identity.parts import Parts

_OWN_METHODS = ("password", "token", "totp", "application_credential", "oauth1", "ec2credential")


@dataclass(frozen=True)
class NewIdentityProvider:
    id: str
    domain_id: str | None = None
    """None: a domain is made for the people it vouches for."""
    description: str | None = None
    is_enabled: bool = False
    authorization_ttl: int | None = None
    remote_ids: tuple[str, ...] = ()


class IdentityProviders:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[IdentityProvider]:
        self._policy.require(caller, "identity:list_identity_providers")
        return self._store.identity_providers.page(listing)

    def get(self, caller: Caller, idp_id: str, rule: str = "identity:get_identity_provider") -> IdentityProvider:
        self._policy.require(caller, rule)
        return self._store.identity_providers.get(idp_id)

    def create(self, caller: Caller, new: NewIdentityProvider) -> IdentityProvider:
        self._policy.require(caller, "identity:create_identity_provider")
        with self._store.changing():
            return self._store.identity_providers.add(
                IdentityProvider(
                    id=new.id,
                    domain_id=self._domain_id(new),
                    description=new.description,
                    is_enabled=new.is_enabled,
                    authorization_ttl=new.authorization_ttl,
                    remote_ids=new.remote_ids,
                )
            )

    def update(self, caller: Caller, idp_id: str, changes: Mapping[str, Any]) -> IdentityProvider:
        """`changes`: any of description, is_enabled, authorization_ttl, remote_ids."""
        with self._store.changing():
            provider = self.get(caller, idp_id, "identity:update_identity_provider")
            return self._store.identity_providers.change(replace(provider, **changes))

    def delete(self, caller: Caller, idp_id: str) -> None:
        """With its protocols; the tokens of those it vouched for are void, its domain and its users stay."""
        with self._store.changing():
            provider = self.get(caller, idp_id, "identity:delete_identity_provider")
            self._store.identity_providers.remove(provider.id)

    def _domain_id(self, new: NewIdentityProvider) -> DomainId:
        if new.domain_id:
            domain = self._store.projects.find(new.domain_id)
            if domain is None or not domain.is_domain:
                raise self._store.projects.missing(new.domain_id)
            return DomainId(domain.id)
        domain_id = DomainId(ProjectId(new_hex()))
        about = f"Auto generated federated domain for Identity Provider: {new.id}"
        domain = Project(domain_id, domain_id, None, None, domain_id, about, is_domain=True)
        self._store.projects.add(domain)
        return domain_id


class Protocols:
    """The ways to sign in through an identity provider."""

    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, idp_id: str, listing: Listing = EVERYTHING) -> list[FederationProtocol]:
        self._policy.require(caller, "identity:list_protocols")
        self._store.identity_providers.get(idp_id)
        return self._store.protocols.page(listing.where("idp_id", idp_id))

    def get(
        self, caller: Caller, idp_id: str, protocol_id: str, rule: str = "identity:get_protocol"
    ) -> FederationProtocol:
        self._policy.require(caller, rule)
        return self._store.protocols.get_of(idp_id, protocol_id)

    def create(self, caller: Caller, new: FederationProtocol) -> FederationProtocol:
        self._policy.require(caller, "identity:create_protocol")
        with self._store.changing():
            self._store.identity_providers.get(new.idp_id)
            if new.id in _OWN_METHODS:
                raise Invalid("federated_protocol.name", f"{new.id} is a way to sign in of its own: take another id.")
            self._require_mapping(new.mapping_id)
            return self._store.protocols.add(new)

    def update(self, caller: Caller, idp_id: str, protocol_id: str, changes: Mapping[str, Any]) -> FederationProtocol:
        """`changes`: any of mapping_id, remote_id_attribute."""
        with self._store.changing():
            before = self.get(caller, idp_id, protocol_id, "identity:update_protocol")
            after = replace(before, **changes)
            self._require_mapping(after.mapping_id)
            return self._store.protocols.change_of(after)

    def delete(self, caller: Caller, idp_id: str, protocol_id: str) -> None:
        """The tokens of those who came in by it are void."""
        with self._store.changing():
            self._store.protocols.remove_of(self.get(caller, idp_id, protocol_id, "identity:delete_protocol"))

    def _require_mapping(self, mapping_id: str) -> None:
        if self._store.mappings.find(mapping_id) is None:
            raise Invalid("federated_protocol.mapping", f"Invalid mapping id: {mapping_id}. Create the mapping first.")
