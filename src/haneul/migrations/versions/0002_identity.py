"""Identity: who exists, what they may do, where the APIs are."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0002"
down_revision = "0001"

_TABLES = (
    "projects",
    "project_tags",
    "users",
    "passwords",
    "groups",
    "memberships",
    "roles",
    "implied_roles",
    "assignments",
    "regions",
    "catalog_services",
    "catalog_endpoints",
    "endpoint_groups",
    "project_endpoints",
    "project_endpoint_groups",
    "credentials",
    "access_rules",
    "application_credentials",
    "trusts",
    "registered_limits",
    "limits",
    "revoked_tokens",
    "identity_version",
)


def upgrade() -> None:
    _create_projects()
    _create_project_tags()
    _create_users()
    _create_passwords()
    _create_groups()
    _create_memberships()
    _create_roles()
    _create_implied_roles()
    _create_assignments()
    _create_regions()
    _create_catalog_services()
    _create_catalog_endpoints()
    _create_endpoint_groups()
    _create_project_endpoints()
    _create_project_endpoint_groups()
    _create_credentials()
    _create_access_rules()
    _create_application_credentials()
    _create_trusts()
    _create_registered_limits()
    _create_limits()
    _create_revoked_tokens()
    _create_identity_version()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=True),
        sa.Column("domain_key", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_domain", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["projects.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["projects.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_key", "name_key", name="projects_name"),
    )
    op.create_index("projects_domain", "projects", ["domain_id", "id"])
    op.create_index("projects_listing", "projects", ["is_domain", "id"])
    op.create_index("projects_parent", "projects", ["parent_id", "id"])
    op.create_index("projects_path", "projects", ["path"])


def _create_project_tags() -> None:
    op.create_table(
        "project_tags",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "tag"),
    )
    op.create_index("project_tags_tag", "project_tags", ["tag", "project_id"])


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("default_project_id", sa.String(length=64), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("password_expires_at", Timestamp(), nullable=True),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", Timestamp(), nullable=True),
        sa.ForeignKeyConstraint(["domain_id"], ["projects.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "name_key", name="users_name"),
    )
    op.create_index("users_default_project", "users", ["default_project_id"])
    op.create_index("users_password_expiry", "users", ["password_expires_at"])


def _create_passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("is_self_chosen", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "position", name="passwords_position"),
    )


def _create_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["projects.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "name_key", name="groups_name"),
    )


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "user_id"),
    )
    op.create_index("memberships_user", "memberships", ["user_id", "group_id"])


def _create_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=True),
        sa.Column("domain_key", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["projects.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_key", "name_key", name="roles_name"),
    )
    op.create_index("roles_domain", "roles", ["domain_id"])


def _create_implied_roles() -> None:
    op.create_table(
        "implied_roles",
        sa.Column("prior_role_id", sa.String(length=64), nullable=False),
        sa.Column("implied_role_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["implied_role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["prior_role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("prior_role_id", "implied_role_id"),
    )
    op.create_index("implied_roles_implied", "implied_roles", ["implied_role_id"])


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("actor_kind", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("target_kind", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.Column("role_id", sa.String(length=64), nullable=False),
        sa.Column("is_inherited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_kind", "actor_id", "target_kind", "target_id", "role_id", "is_inherited"),
    )
    op.create_index("assignments_role", "assignments", ["role_id"])
    op.create_index("assignments_target", "assignments", ["target_id", "target_kind"])


def _create_regions() -> None:
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent_region_id", sa.String(length=255), nullable=True),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["parent_region_id"], ["regions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("regions_parent", "regions", ["parent_region_id"])


def _create_catalog_services() -> None:
    op.create_table(
        "catalog_services",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("catalog_services_type", "catalog_services", ["type"])


def _create_catalog_endpoints() -> None:
    op.create_table(
        "catalog_endpoints",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("region_id", sa.String(length=255), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"]),
        sa.ForeignKeyConstraint(["service_id"], ["catalog_services.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("catalog_endpoints_region", "catalog_endpoints", ["region_id"])
    op.create_index("catalog_endpoints_service", "catalog_endpoints", ["service_id"])


def _create_endpoint_groups() -> None:
    op.create_table(
        "endpoint_groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("filters", Json(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_project_endpoints() -> None:
    op.create_table(
        "project_endpoints",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("endpoint_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["catalog_endpoints.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "endpoint_id"),
    )
    op.create_index("project_endpoints_endpoint", "project_endpoints", ["endpoint_id"])


def _create_project_endpoint_groups() -> None:
    op.create_table(
        "project_endpoint_groups",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("endpoint_group_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_group_id"], ["endpoint_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "endpoint_group_id"),
    )
    op.create_index("project_endpoint_groups_group", "project_endpoint_groups", ["endpoint_group_id"])


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("sealed_blob", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=True),
        sa.Column("extra", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("credentials_project", "credentials", ["project_id"])
    op.create_index("credentials_user", "credentials", ["user_id", "type"])


def _create_access_rules() -> None:
    op.create_table(
        "access_rules",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_rules_user", "access_rules", ["user_id"])


def _create_application_credentials() -> None:
    op.create_table(
        "application_credentials",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=255), nullable=False),
        sa.Column("role_ids", Json(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_unrestricted", sa.Boolean(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("access_rule_ids", Json(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "name", name="application_credentials_name"),
    )
    op.create_index("application_credentials_project", "application_credentials", ["project_id"])


def _create_trusts() -> None:
    op.create_table(
        "trusts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trustor_user_id", sa.String(length=64), nullable=False),
        sa.Column("trustee_user_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=True),
        sa.Column("role_ids", Json(), nullable=False),
        sa.Column("impersonation", sa.Boolean(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("remaining_uses", sa.Integer(), nullable=True),
        sa.Column("redelegated_trust_id", sa.String(length=64), nullable=True),
        sa.Column("redelegation_count", sa.Integer(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["redelegated_trust_id"], ["trusts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["trustee_user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["trustor_user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trusts_project", "trusts", ["project_id"])
    op.create_index("trusts_redelegated", "trusts", ["redelegated_trust_id"])
    op.create_index("trusts_trustee", "trusts", ["trustee_user_id"])
    op.create_index("trusts_trustor", "trusts", ["trustor_user_id"])


def _create_registered_limits() -> None:
    op.create_table(
        "registered_limits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("resource_name", sa.String(length=255), nullable=False),
        sa.Column("default_limit", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.String(length=255), nullable=True),
        sa.Column("region_key", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"]),
        sa.ForeignKeyConstraint(["service_id"], ["catalog_services.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("service_id", "region_key", "resource_name", name="registered_limits_resource"),
    )
    op.create_index("registered_limits_region", "registered_limits", ["region_id"])


def _create_limits() -> None:
    op.create_table(
        "limits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("resource_name", sa.String(length=255), nullable=False),
        sa.Column("resource_limit", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.String(length=255), nullable=True),
        sa.Column("region_key", sa.String(length=255), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=True),
        sa.Column("domain_id", sa.String(length=64), nullable=True),
        sa.Column("owner_key", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["domain_id"], ["projects.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"]),
        sa.ForeignKeyConstraint(["service_id"], ["catalog_services.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_key", "service_id", "region_key", "resource_name", name="limits_resource"),
    )
    op.create_index("limits_domain", "limits", ["domain_id"])
    op.create_index("limits_project", "limits", ["project_id"])
    op.create_index("limits_region", "limits", ["region_id"])
    op.create_index("limits_service", "limits", ["service_id"])


def _create_revoked_tokens() -> None:
    op.create_table(
        "revoked_tokens",
        sa.Column("audit_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    op.create_index("revoked_tokens_expiry", "revoked_tokens", ["expires_at"])


def _create_identity_version() -> None:
    op.create_table(
        "identity_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
