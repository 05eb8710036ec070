"""Identity: who exists, what they may do, where the APIs are."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0002"
down_revision = "0001"

_ID = sa.String(length=64)
_NAME = sa.String(length=255)


def upgrade() -> None:
    for create in _TABLES.values():
        create()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("type", _NAME, nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("uses", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_index("policies_type", "policies", ["type"])


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("name_key", _NAME, nullable=False),
        sa.Column("domain_id", _ID, sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("domain_key", _ID, nullable=False),
        sa.Column("parent_id", _ID, sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_domain", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.Column("sealed_config", sa.Text(), nullable=True),
        sa.UniqueConstraint("domain_key", "name_key", name="projects_name"),
    )
    op.create_index("projects_by_name", "projects", ["name_key", "is_domain", "id"])
    op.create_index("projects_domain", "projects", ["domain_id", "id"])
    op.create_index("projects_enabled", "projects", ["is_enabled", "is_domain", "id"])
    op.create_index("projects_listing", "projects", ["is_domain", "id"])
    op.create_index("projects_parent", "projects", ["parent_id", "id"])
    op.create_index("projects_path", "projects", ["path"], postgresql_ops={"path": "text_pattern_ops"})


def _create_project_tags() -> None:
    op.create_table(
        "project_tags",
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag", _NAME, primary_key=True),
    )
    op.create_index("project_tags_tag", "project_tags", ["tag", "project_id"])


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("name_key", _NAME, nullable=False),
        sa.Column("domain_id", _ID, sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("default_project_id", _ID, nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("password_expires_at", Timestamp(), nullable=True),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", Timestamp(), nullable=True),
        sa.UniqueConstraint("domain_id", "name_key", name="users_name"),
    )
    op.create_index("users_by_name", "users", ["name_key", "id"])
    op.create_index("users_default_project", "users", ["default_project_id"])
    op.create_index("users_domain", "users", ["domain_id", "id"])
    op.create_index("users_enabled", "users", ["is_enabled", "id"])
    op.create_index("users_password_expiry", "users", ["password_expires_at"])


def _create_passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("hash", _NAME, nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("is_self_chosen", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("user_id", "position", name="passwords_position"),
    )


def _create_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("name_key", _NAME, nullable=False),
        sa.Column("domain_id", _ID, sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.UniqueConstraint("domain_id", "name_key", name="groups_name"),
    )
    op.create_index("groups_by_name", "groups", ["name_key", "id"])
    op.create_index("groups_domain", "groups", ["domain_id", "id"])


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("group_id", _ID, sa.ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("memberships_user", "memberships", ["user_id", "group_id"])


def _create_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("name_key", _NAME, nullable=False),
        sa.Column("domain_id", _ID, sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("domain_key", _ID, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("options", Json(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.UniqueConstraint("domain_key", "name_key", name="roles_name"),
    )
    op.create_index("roles_by_name", "roles", ["name_key", "id"])
    op.create_index("roles_domain", "roles", ["domain_id"])


def _create_implied_roles() -> None:
    op.create_table(
        "implied_roles",
        sa.Column("prior_role_id", _ID, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("implied_role_id", _ID, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("implied_roles_implied", "implied_roles", ["implied_role_id"])


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("actor_kind", sa.String(length=8), primary_key=True),
        sa.Column("actor_id", _ID, primary_key=True),
        sa.Column("target_kind", sa.String(length=8), primary_key=True),
        sa.Column("target_id", _ID, primary_key=True),
        sa.Column("role_id", _ID, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("is_inherited", sa.Boolean(), primary_key=True),
    )
    op.create_index("assignments_role", "assignments", ["role_id"])
    op.create_index("assignments_target", "assignments", ["target_id", "target_kind"])


def _create_regions() -> None:
    op.create_table(
        "regions",
        sa.Column("id", _NAME, primary_key=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent_region_id", _NAME, sa.ForeignKey("regions.id"), nullable=True),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_index("regions_parent", "regions", ["parent_region_id"])


def _create_catalog_services() -> None:
    op.create_table(
        "catalog_services",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("type", _NAME, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_index("catalog_services_name", "catalog_services", ["name"])
    op.create_index("catalog_services_type", "catalog_services", ["type"])


def _create_catalog_endpoints() -> None:
    op.create_table(
        "catalog_endpoints",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("service_id", _ID, sa.ForeignKey("catalog_services.id", ondelete="CASCADE"), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("region_id", _NAME, sa.ForeignKey("regions.id"), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_index("catalog_endpoints_region", "catalog_endpoints", ["region_id"])
    op.create_index("catalog_endpoints_service", "catalog_endpoints", ["service_id"])


def _create_endpoint_groups() -> None:
    op.create_table(
        "endpoint_groups",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("filters", Json(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
    )


def _create_project_endpoints() -> None:
    op.create_table(
        "project_endpoints",
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("endpoint_id", _ID, sa.ForeignKey("catalog_endpoints.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("project_endpoints_endpoint", "project_endpoints", ["endpoint_id"])


def _create_project_endpoint_groups() -> None:
    op.create_table(
        "project_endpoint_groups",
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("endpoint_group_id", _ID, sa.ForeignKey("endpoint_groups.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("project_endpoint_groups_group", "project_endpoint_groups", ["endpoint_group_id"])


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("type", _NAME, nullable=False),
        sa.Column("sealed_blob", sa.Text(), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("project_id", _ID, nullable=True),
        sa.Column("extra", Json(), nullable=False),
        sa.Column("access_hash", _ID, nullable=True),
    )
    op.create_index("credentials_access", "credentials", ["access_hash"])
    op.create_index("credentials_project", "credentials", ["project_id"])
    op.create_index("credentials_user", "credentials", ["user_id", "type"])


def _create_access_rules() -> None:
    op.create_table(
        "access_rules",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("service", _NAME, nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
    )
    op.create_index("access_rules_user", "access_rules", ["user_id"])


def _create_application_credentials() -> None:
    op.create_table(
        "application_credentials",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("secret_hash", _NAME, nullable=False),
        sa.Column("role_ids", Json(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_unrestricted", sa.Boolean(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("access_rule_ids", Json(), nullable=True),
        sa.UniqueConstraint("user_id", "name", name="application_credentials_name"),
    )
    op.create_index("application_credentials_project", "application_credentials", ["project_id"])


def _create_trusts() -> None:
    op.create_table(
        "trusts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("trustor_user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("trustee_user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=True),
        sa.Column("role_ids", Json(), nullable=False),
        sa.Column("impersonation", sa.Boolean(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("remaining_uses", sa.Integer(), nullable=True),
        sa.Column("redelegated_trust_id", _ID, sa.ForeignKey("trusts.id", ondelete="CASCADE"), nullable=True),
        sa.Column("redelegation_count", sa.Integer(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
    )
    op.create_index("trusts_project", "trusts", ["project_id"])
    op.create_index("trusts_redelegated", "trusts", ["redelegated_trust_id"])
    op.create_index("trusts_trustee", "trusts", ["trustee_user_id"])
    op.create_index("trusts_trustor", "trusts", ["trustor_user_id"])


def _create_registered_limits() -> None:
    op.create_table(
        "registered_limits",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("service_id", _ID, sa.ForeignKey("catalog_services.id"), nullable=False),
        sa.Column("resource_name", _NAME, nullable=False),
        sa.Column("default_limit", sa.Integer(), nullable=False),
        sa.Column("region_id", _NAME, sa.ForeignKey("regions.id"), nullable=True),
        sa.Column("region_key", _NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.UniqueConstraint("service_id", "region_key", "resource_name", name="registered_limits_resource"),
    )
    op.create_index("registered_limits_region", "registered_limits", ["region_id"])


def _create_limits() -> None:
    op.create_table(
        "limits",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("service_id", _ID, sa.ForeignKey("catalog_services.id"), nullable=False),
        sa.Column("resource_name", _NAME, nullable=False),
        sa.Column("resource_limit", sa.Integer(), nullable=False),
        sa.Column("region_id", _NAME, sa.ForeignKey("regions.id"), nullable=True),
        sa.Column("region_key", _NAME, nullable=False),
        sa.Column("project_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=True),
        sa.Column("domain_id", _ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=True),
        sa.Column("owner_key", _ID, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.UniqueConstraint("owner_key", "service_id", "region_key", "resource_name", name="limits_resource"),
    )
    op.create_index("limits_domain", "limits", ["domain_id"])
    op.create_index("limits_project", "limits", ["project_id"])
    op.create_index("limits_region", "limits", ["region_id"])
    op.create_index("limits_service", "limits", ["service_id"])


def _create_revoked_tokens() -> None:
    op.create_table(
        "revoked_tokens",
        sa.Column("audit_id", _ID, primary_key=True),
        sa.Column("expires_at", Timestamp(), nullable=False),
    )
    op.create_index("revoked_tokens_expiry", "revoked_tokens", ["expires_at"])


def _create_identity_version() -> None:
    op.create_table(
        "identity_version",
        sa.Column("id", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )


_TABLES = {
    "policies": _create_policies,
    "projects": _create_projects,
    "project_tags": _create_project_tags,
    "users": _create_users,
    "passwords": _create_passwords,
    "groups": _create_groups,
    "memberships": _create_memberships,
    "roles": _create_roles,
    "implied_roles": _create_implied_roles,
    "assignments": _create_assignments,
    "regions": _create_regions,
    "catalog_services": _create_catalog_services,
    "catalog_endpoints": _create_catalog_endpoints,
    "endpoint_groups": _create_endpoint_groups,
    "project_endpoints": _create_project_endpoints,
    "project_endpoint_groups": _create_project_endpoint_groups,
    "credentials": _create_credentials,
    "access_rules": _create_access_rules,
    "application_credentials": _create_application_credentials,
    "trusts": _create_trusts,
    "registered_limits": _create_registered_limits,
    "limits": _create_limits,
    "revoked_tokens": _create_revoked_tokens,
    "identity_version": _create_identity_version,
}
"""In the order in which they refer to each other."""
