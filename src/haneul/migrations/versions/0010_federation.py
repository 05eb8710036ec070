"""Federation and OAuth 1.0a: who vouches for people, who came in that way, and programs that act for them."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0010"
down_revision = "0009"

_ID = sa.String(length=64)
_NAME = sa.String(length=255)


def upgrade() -> None:
    op.add_column("users", sa.Column("is_federated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("users_exact_name", "users", ["name"])
    _create_providers()
    _create_people()
    _create_oauth1()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("users_exact_name", "users")
    op.drop_column("users", "is_federated")


_TABLES = (
    "identity_providers",
    "identity_provider_remote_ids",
    "federation_mappings",
    "federation_protocols",
    "service_providers",
    "federated_users",
    "expiring_memberships",
    "oauth1_consumers",
    "oauth1_request_tokens",
    "oauth1_access_tokens",
    "oauth1_nonces",
)


def _owner(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(name, _ID, key, nullable=nullable, primary_key=primary_key)


def _create_providers() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", _ID, primary_key=True),
        _owner("domain_id", "projects.id"),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("authorization_ttl", sa.Integer(), nullable=True),
    )
    op.create_index("identity_providers_domain", "identity_providers", ["domain_id"])
    op.create_table(
        "identity_provider_remote_ids",
        sa.Column("remote_id", _NAME, primary_key=True),
        _owner("idp_id", "identity_providers.id"),
    )
    op.create_index("identity_provider_remote_ids_idp", "identity_provider_remote_ids", ["idp_id"])
    op.create_table(
        "federation_mappings",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("rules", Json(), nullable=False),
        sa.Column("schema_version", sa.String(8), nullable=False),
    )
    op.create_table(
        "federation_protocols",
        _owner("idp_id", "identity_providers.id", primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("mapping_id", _ID, sa.ForeignKey("federation_mappings.id"), nullable=False),
        sa.Column("remote_id_attribute", _NAME, nullable=True),
    )
    op.create_index("federation_protocols_mapping", "federation_protocols", ["mapping_id"])
    op.create_table(
        "service_providers",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("auth_url", sa.Text(), nullable=False),
        sa.Column("sp_url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("relay_state_prefix", _NAME, nullable=False),
    )
    op.create_index("service_providers_enabled", "service_providers", ["is_enabled"])


def _create_people() -> None:
    op.create_table(
        "federated_users",
        sa.Column("idp_id", _ID, primary_key=True),
        sa.Column("protocol_id", _ID, primary_key=True),
        sa.Column("unique_id", _NAME, primary_key=True),
        _owner("user_id", "users.id"),
        sa.ForeignKeyConstraint(
            ["idp_id", "protocol_id"], ["federation_protocols.idp_id", "federation_protocols.id"], ondelete="CASCADE"
        ),
    )
    op.create_index("federated_users_user", "federated_users", ["user_id"])
    op.create_table(
        "expiring_memberships",
        _owner("user_id", "users.id", primary_key=True),
        _owner("group_id", "groups.id", primary_key=True),
        _owner("idp_id", "identity_providers.id", primary_key=True),
        sa.Column("expires_at", Timestamp(), nullable=False),
    )
    op.create_index("expiring_memberships_group", "expiring_memberships", ["group_id"])
    op.create_index("expiring_memberships_idp", "expiring_memberships", ["idp_id"])
    op.create_index("expiring_memberships_expiry", "expiring_memberships", ["expires_at"])


def _create_oauth1() -> None:
    op.create_table(
        "oauth1_consumers",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_table(
        "oauth1_request_tokens",
        sa.Column("id", _ID, primary_key=True),
        _owner("consumer_id", "oauth1_consumers.id"),
        _owner("project_id", "projects.id"),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        _owner("authorizing_user_id", "users.id", nullable=True),
        sa.Column("role_ids", Json(), nullable=True),
        sa.Column("verifier_hash", _ID, nullable=True),
    )
    op.create_index("oauth1_request_tokens_consumer", "oauth1_request_tokens", ["consumer_id"])
    op.create_index("oauth1_request_tokens_project", "oauth1_request_tokens", ["project_id"])
    op.create_index("oauth1_request_tokens_user", "oauth1_request_tokens", ["authorizing_user_id"])
    op.create_index("oauth1_request_tokens_expiry", "oauth1_request_tokens", ["expires_at"])
    op.create_table(
        "oauth1_access_tokens",
        sa.Column("id", _ID, primary_key=True),
        _owner("consumer_id", "oauth1_consumers.id"),
        _owner("project_id", "projects.id"),
        _owner("authorizing_user_id", "users.id"),
        sa.Column("role_ids", Json(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
    )
    op.create_index("oauth1_access_tokens_consumer", "oauth1_access_tokens", ["consumer_id"])
    op.create_index("oauth1_access_tokens_project", "oauth1_access_tokens", ["project_id"])
    op.create_index("oauth1_access_tokens_user", "oauth1_access_tokens", ["authorizing_user_id", "id"])
    op.create_table(
        "oauth1_nonces",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("expires_at", Timestamp(), nullable=False),
    )
    op.create_index("oauth1_nonces_expiry", "oauth1_nonces", ["expires_at"])
