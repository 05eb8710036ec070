"""People who are known elsewhere: whom this cloud believes about them, and what it makes of what they say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from haneul.services.identity.model.nouns import DomainId, UserId

SchemaVersion = Literal["1.0", "2.0"]
DEFAULT_RELAY_STATE_PREFIX = "ss:mem:"


@dataclass(frozen=True)
class IdentityProvider:
    """Who vouches for people: an organisation's single sign-on."""

    id: str
    domain_id: DomainId
    """In which the people it vouches for become users."""
    description: str | None = None
    is_enabled: bool = False
    authorization_ttl: int | None = None
    """Minutes for which somebody stays in the groups that a sign-in put them in; None: as the settings say."""
    remote_ids: tuple[str, ...] = ()
    """What it calls itself: an OpenID Connect issuer's URL."""


@dataclass(frozen=True)
class AttributeMapping:
    """Rules that make a user of what an identity provider says about somebody."""

    id: str
    rules: Sequence[Mapping[str, Any]]
    schema_version: str = "1.0"


@dataclass(frozen=True)
class FederationProtocol:
    """A way to sign in through an identity provider, with the mapping that is used for it."""

    idp_id: str
    id: str
    mapping_id: str
    remote_id_attribute: str | None = None
    """The attribute that holds the remote id; None: the issuer that the token names."""


@dataclass(frozen=True)
class ServiceProvider:
    """Another cloud that takes this one as its identity provider."""

    id: str
    auth_url: str
    sp_url: str
    description: str | None = None
    is_enabled: bool = False
    relay_state_prefix: str = DEFAULT_RELAY_STATE_PREFIX


@dataclass(frozen=True)
class FederatedLink:
    """Somebody as an identity provider knows them, and the user that they are here."""

    idp_id: str
    protocol_id: str
    unique_id: str
    user_id: UserId


@dataclass(frozen=True)
class Federation:
    """What a token owes to a sign-in through an identity provider."""

    idp_id: str
    protocol_id: str
    group_ids: tuple[str, ...] = ()
    """In which the token's holder is, as long as the token is good."""


@dataclass(frozen=True)
class ExpiringMembership:
    """Somebody is in a group until then, because an identity provider said so."""

    user_id: UserId
    group_id: str
    idp_id: str
    expires_at: datetime


@dataclass(frozen=True)
class TrustedIssuer:
    """An OpenID Connect issuer whose tokens the operator lets in."""

    url: str
    """As its tokens name it in `iss`."""
    audiences: tuple[str, ...]
    """Its tokens must be meant for one of these."""
    jwks_file: str = ""
    """A file with its public keys (RFC 7517); empty: they are fetched by its discovery document."""
    ca_file: str = ""
    """Certificates that prove its host, beside the machine's own."""
