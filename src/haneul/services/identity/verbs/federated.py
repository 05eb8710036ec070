"""Signing in through an identity provider, by a token that it gave somebody."""

from __future__ import annotations

from haneul.kit.errors import Forbidden
from haneul.services.identity.model import Federation, FederationProtocol, IdentityProvider
from haneul.services.identity.model.mapping_rules import Attributes, evaluate
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.bearer import Bearers, attributes
from haneul.services.identity.verbs.proof import Proof
from haneul.services.identity.verbs.shadow import Shadows


class FederatedProver:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store
        self._bearers = Bearers(parts)
        self._shadows = Shadows(parts)

    def by_bearer(self, idp_id: str, protocol_id: str, text: str) -> Proof:
        """Who somebody is by the word of their identity provider; Unauthenticated if it does not count."""
        provider = self._store.identity_providers.get(idp_id)
        protocol = self._store.protocols.get_of(idp_id, protocol_id)
        if not provider.is_enabled:
            raise Forbidden(
                "identity_provider.disabled", f"Identity Provider {idp_id} is disabled: ask your administrator."
            )
        told = attributes(self._bearers.claims(text))
        self._require_own(provider, protocol, told)
        return self._proof(provider, protocol, told)

    def _require_own(self, provider: IdentityProvider, protocol: FederationProtocol, told: Attributes) -> None:
        """One provider must not vouch for the people of another."""
        names = told.get(protocol.remote_id_attribute or "iss", ())
        if provider.remote_ids:
            is_own = any(name in provider.remote_ids for name in names)
        else:
            is_own = len(self._parts.issuers.trusted()) == 1
        if not is_own:
            raise Forbidden(
                "identity_provider.not_own",
                f"Incoming identity provider identifier not included among the accepted identifiers: "
                f"{', '.join(names) or 'none'} is not among the remote_ids of {provider.id}. Add it there if it should "
                "be.",
            )

    def _proof(self, provider: IdentityProvider, protocol: FederationProtocol, told: Attributes) -> Proof:
        mapping = self._store.mappings.get(protocol.mapping_id)
        mapped = evaluate(mapping.rules, told, mapping.schema_version)
        if mapped.kind == "local":
            return Proof(self._shadows.local(mapped), (protocol.id,))
        group_ids = self._shadows.group_ids(mapped.groups)
        user = self._shadows.ephemeral(provider, protocol, mapped)
        if user.is_enabled:
            self._shadows.keep_in_groups(user, provider, group_ids)
            self._shadows.provide(user, provider, mapped.projects)
        return Proof(user, (protocol.id,), federation=Federation(provider.id, protocol.id, group_ids))
