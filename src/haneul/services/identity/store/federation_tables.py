"""The tables of what reaches into identity from outside: federation (OS-FEDERATION) and OAuth 1.0a (OS-OAUTH1)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, Text

from haneul.kit.db import Json, JsonTuple, Timestamp
from haneul.services.identity.store.tables import ID, METADATA, NAME, owner

identity_providers = Table(
    "identity_providers",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("domain_id", "projects.id"),
    Column("description", Text, nullable=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("authorization_ttl", Integer, nullable=True),
    Index("identity_providers_domain", "domain_id"),
)

remote_ids = Table(
    "identity_provider_remote_ids",
    METADATA,
    Column("remote_id", NAME, primary_key=True),
    owner("idp_id", "identity_providers.id"),
    Index("identity_provider_remote_ids_idp", "idp_id"),
)

federation_mappings = Table(
    "federation_mappings",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("rules", Json, nullable=False),
    Column("schema_version", String(8), nullable=False),
)

federation_protocols = Table(
    "federation_protocols",
    METADATA,
    owner("idp_id", "identity_providers.id", primary_key=True),
    Column("id", ID, primary_key=True),
    Column("mapping_id", ID, ForeignKey("federation_mappings.id"), nullable=False),
    Column("remote_id_attribute", NAME, nullable=True),
    Index("federation_protocols_mapping", "mapping_id"),
)

service_providers = Table(
    "service_providers",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("auth_url", Text, nullable=False),
    Column("sp_url", Text, nullable=False),
    Column("description", Text, nullable=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("relay_state_prefix", NAME, nullable=False),
    Index("service_providers_enabled", "is_enabled"),
)

federated_users = Table(
    "federated_users",
    METADATA,
    Column("idp_id", ID, primary_key=True),
    Column("protocol_id", ID, primary_key=True),
    Column("unique_id", NAME, primary_key=True),
    owner("user_id", "users.id"),
    ForeignKeyConstraint(
        ["idp_id", "protocol_id"], ["federation_protocols.idp_id", "federation_protocols.id"], ondelete="CASCADE"
    ),
    Index("federated_users_user", "user_id"),
)

expiring_memberships = Table(
    "expiring_memberships",
    METADATA,
    owner("user_id", "users.id", primary_key=True),
    owner("group_id", "groups.id", primary_key=True),
    owner("idp_id", "identity_providers.id", primary_key=True),
    Column("expires_at", Timestamp, nullable=False),
    Index("expiring_memberships_group", "group_id"),
    Index("expiring_memberships_idp", "idp_id"),
    Index("expiring_memberships_expiry", "expires_at"),
)

oauth1_consumers = Table(
    "oauth1_consumers",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("description", Text, nullable=True),
    Column("sealed_secret", Text, nullable=False),
    Column("extra", Json, nullable=False),
)

oauth1_request_tokens = Table(
    "oauth1_request_tokens",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("consumer_id", "oauth1_consumers.id"),
    owner("project_id", "projects.id"),
    Column("sealed_secret", Text, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    owner("authorizing_user_id", "users.id", nullable=True),
    Column("role_ids", JsonTuple, nullable=True),
    Column("verifier_hash", ID, nullable=True),
    Index("oauth1_request_tokens_consumer", "consumer_id"),
    Index("oauth1_request_tokens_project", "project_id"),
    Index("oauth1_request_tokens_user", "authorizing_user_id"),
    Index("oauth1_request_tokens_expiry", "expires_at"),
)

oauth1_access_tokens = Table(
    "oauth1_access_tokens",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("consumer_id", "oauth1_consumers.id"),
    owner("project_id", "projects.id"),
    owner("authorizing_user_id", "users.id"),
    Column("role_ids", JsonTuple, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("expires_at", Timestamp, nullable=True),
    Index("oauth1_access_tokens_consumer", "consumer_id"),
    Index("oauth1_access_tokens_project", "project_id"),
    Index("oauth1_access_tokens_user", "authorizing_user_id", "id"),
)

oauth1_nonces = Table(
    "oauth1_nonces",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("expires_at", Timestamp, nullable=False),
    Index("oauth1_nonces_expiry", "expires_at"),
)
