"""Identity's tables.

Names that must be unique without regard to case have a second column, `name_key`, with the case folded.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from haneul.kit.db import Json, JsonTuple, Timestamp

METADATA = MetaData()

ID = String(64)
NAME = String(255)


def owner(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, ID, ForeignKey(target, ondelete="CASCADE"), nullable=nullable, primary_key=primary_key)


projects = Table(
    "projects",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False),
    Column("domain_id", ID, ForeignKey("projects.id"), nullable=True),
    Column("domain_key", ID, nullable=False),
    Column("parent_id", ID, ForeignKey("projects.id"), nullable=True),
    Column("path", String(1000), nullable=False),
    Column("description", Text, nullable=False),
    Column("is_domain", Boolean, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("tags", JsonTuple, nullable=False),
    Column("options", Json, nullable=False),
    Column("extra", Json, nullable=False),
    Column("sealed_config", Text, nullable=True),
    UniqueConstraint("domain_key", "name_key", name="projects_name"),
    Index("projects_domain", "domain_id", "id"),
    Index("projects_parent", "parent_id", "id"),
    Index("projects_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    Index("projects_enabled", "is_enabled", "is_domain", "id"),
    Index("projects_listing", "is_domain", "id"),
    Index("projects_by_name", "name_key", "is_domain", "id"),
)

project_tags = Table(
    "project_tags",
    METADATA,
    owner("project_id", "projects.id", primary_key=True),
    Column("tag", NAME, primary_key=True),
    Index("project_tags_tag", "tag", "project_id"),
)

users = Table(
    "users",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False),
    Column("domain_id", ID, ForeignKey("projects.id"), nullable=False),
    Column("default_project_id", ID, nullable=True),
    Column("description", Text, nullable=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("password_expires_at", Timestamp, nullable=True),
    Column("options", Json, nullable=False),
    Column("extra", Json, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("failed_at", Timestamp, nullable=True),
    Column("is_federated", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("domain_id", "name_key", name="users_name"),
    Index("users_exact_name", "name"),
    Index("users_by_name", "name_key", "id"),
    Index("users_domain", "domain_id", "id"),
    Index("users_enabled", "is_enabled", "id"),
    Index("users_default_project", "default_project_id"),
    Index("users_password_expiry", "password_expires_at"),
)

passwords = Table(
    "passwords",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("user_id", "users.id"),
    Column("hash", String(255), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=True),
    Column("is_self_chosen", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("user_id", "position", name="passwords_position"),
)

groups = Table(
    "groups",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False),
    Column("domain_id", ID, ForeignKey("projects.id"), nullable=False),
    Column("description", Text, nullable=False),
    Column("extra", Json, nullable=False),
    UniqueConstraint("domain_id", "name_key", name="groups_name"),
    Index("groups_by_name", "name_key", "id"),
    Index("groups_domain", "domain_id", "id"),
)

memberships = Table(
    "memberships",
    METADATA,
    owner("group_id", "groups.id", primary_key=True),
    owner("user_id", "users.id", primary_key=True),
    Index("memberships_user", "user_id", "group_id"),
)

roles = Table(
    "roles",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False),
    Column("domain_id", ID, ForeignKey("projects.id"), nullable=True),
    Column("domain_key", ID, nullable=False),
    Column("description", Text, nullable=True),
    Column("options", Json, nullable=False),
    Column("extra", Json, nullable=False),
    UniqueConstraint("domain_key", "name_key", name="roles_name"),
    Index("roles_domain", "domain_id"),
    Index("roles_by_name", "name_key", "id"),
)

implied_roles = Table(
    "implied_roles",
    METADATA,
    owner("prior_role_id", "roles.id", primary_key=True),
    owner("implied_role_id", "roles.id", primary_key=True),
    Index("implied_roles_implied", "implied_role_id"),
)

assignments = Table(
    "assignments",
    METADATA,
    Column("actor_kind", String(8), primary_key=True),
    Column("actor_id", ID, primary_key=True),
    Column("target_kind", String(8), primary_key=True),
    Column("target_id", ID, primary_key=True),
    owner("role_id", "roles.id", primary_key=True),
    Column("is_inherited", Boolean, primary_key=True),
    Index("assignments_target", "target_id", "target_kind"),
    Index("assignments_role", "role_id"),
)

regions = Table(
    "regions",
    METADATA,
    Column("id", NAME, primary_key=True),
    Column("description", Text, nullable=False),
    Column("parent_region_id", NAME, ForeignKey("regions.id"), nullable=True),
    Column("extra", Json, nullable=False),
    Index("regions_parent", "parent_region_id"),
)

catalog_services = Table(
    "catalog_services",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("type", NAME, nullable=False),
    Column("name", NAME, nullable=False),
    Column("description", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("extra", Json, nullable=False),
    Index("catalog_services_type", "type"),
    Index("catalog_services_name", "name"),
)

catalog_endpoints = Table(
    "catalog_endpoints",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("service_id", "catalog_services.id"),
    Column("interface", String(8), nullable=False),
    Column("url", Text, nullable=False),
    Column("region_id", NAME, ForeignKey("regions.id"), nullable=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("extra", Json, nullable=False),
    Index("catalog_endpoints_service", "service_id"),
    Index("catalog_endpoints_region", "region_id"),
)

endpoint_groups = Table(
    "endpoint_groups",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("filters", Json, nullable=False),
    Column("description", Text, nullable=False),
)

project_endpoints = Table(
    "project_endpoints",
    METADATA,
    owner("project_id", "projects.id", primary_key=True),
    owner("endpoint_id", "catalog_endpoints.id", primary_key=True),
    Index("project_endpoints_endpoint", "endpoint_id"),
)

project_endpoint_groups = Table(
    "project_endpoint_groups",
    METADATA,
    owner("project_id", "projects.id", primary_key=True),
    owner("endpoint_group_id", "endpoint_groups.id", primary_key=True),
    Index("project_endpoint_groups_group", "endpoint_group_id"),
)

credentials = Table(
    "credentials",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("type", NAME, nullable=False),
    Column("sealed_blob", Text, nullable=False),
    Column("user_id", ID, nullable=False),
    Column("project_id", ID, nullable=True),
    Column("extra", Json, nullable=False),
    Column("access_hash", ID, nullable=True),
    Index("credentials_user", "user_id", "type"),
    Index("credentials_access", "access_hash"),
    Index("credentials_project", "project_id"),
)

access_rules = Table(
    "access_rules",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("user_id", "users.id"),
    Column("service", NAME, nullable=False),
    Column("path", String(128), nullable=False),
    Column("method", String(16), nullable=False),
    Index("access_rules_user", "user_id"),
)

application_credentials = Table(
    "application_credentials",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    owner("user_id", "users.id"),
    owner("project_id", "projects.id"),
    Column("secret_hash", String(255), nullable=False),
    Column("role_ids", JsonTuple, nullable=False),
    Column("description", Text, nullable=True),
    Column("is_unrestricted", Boolean, nullable=False),
    Column("expires_at", Timestamp, nullable=True),
    Column("access_rule_ids", JsonTuple, nullable=True),
    UniqueConstraint("user_id", "name", name="application_credentials_name"),
    Index("application_credentials_project", "project_id"),
)

trusts = Table(
    "trusts",
    METADATA,
    Column("id", ID, primary_key=True),
    owner("trustor_user_id", "users.id"),
    owner("trustee_user_id", "users.id"),
    owner("project_id", "projects.id", nullable=True),
    Column("role_ids", JsonTuple, nullable=False),
    Column("impersonation", Boolean, nullable=False),
    Column("expires_at", Timestamp, nullable=True),
    Column("remaining_uses", Integer, nullable=True),
    owner("redelegated_trust_id", "trusts.id", nullable=True),
    Column("redelegation_count", Integer, nullable=False),
    Column("extra", Json, nullable=False),
    Index("trusts_trustor", "trustor_user_id"),
    Index("trusts_trustee", "trustee_user_id"),
    Index("trusts_project", "project_id"),
    Index("trusts_redelegated", "redelegated_trust_id"),
)

registered_limits = Table(
    "registered_limits",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("service_id", ID, ForeignKey("catalog_services.id"), nullable=False),
    Column("resource_name", NAME, nullable=False),
    Column("default_limit", Integer, nullable=False),
    Column("region_id", NAME, ForeignKey("regions.id"), nullable=True),
    Column("region_key", NAME, nullable=False),
    Column("description", Text, nullable=True),
    UniqueConstraint("service_id", "region_key", "resource_name", name="registered_limits_resource"),
    Index("registered_limits_region", "region_id"),
)

limits = Table(
    "limits",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("service_id", ID, ForeignKey("catalog_services.id"), nullable=False),
    Column("resource_name", NAME, nullable=False),
    Column("resource_limit", Integer, nullable=False),
    Column("region_id", NAME, ForeignKey("regions.id"), nullable=True),
    Column("region_key", NAME, nullable=False),
    owner("project_id", "projects.id", nullable=True),
    owner("domain_id", "projects.id", nullable=True),
    Column("owner_key", ID, nullable=False),
    Column("description", Text, nullable=True),
    UniqueConstraint("owner_key", "service_id", "region_key", "resource_name", name="limits_resource"),
    Index("limits_region", "region_id"),
    Index("limits_service", "service_id"),
    Index("limits_project", "project_id"),
    Index("limits_domain", "domain_id"),
)

policies = Table(
    "policies",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("type", NAME, nullable=False),
    Column("blob", Text, nullable=False),
    Column("uses", Json, nullable=False),
    Column("extra", Json, nullable=False),
    Index("policies_type", "type"),
)

revoked_tokens = Table(
    "revoked_tokens",
    METADATA,
    Column("audit_id", ID, primary_key=True),
    Column("expires_at", Timestamp, nullable=False),
    Index("revoked_tokens_expiry", "expires_at"),
)

nobodys_failures = Table(
    "nobodys_failures",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("failed_at", Timestamp, nullable=True),
)

identity_version = Table(
    "identity_version",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)
