"""Compute: servers, flavors, keypairs, hosts, quotas."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "compute_quota_classes",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("resource", sa.String(64), primary_key=True),
        sa.Column("hard_limit", sa.Integer(), nullable=False),
    )
    op.create_table(
        "compute_quota_limits",
        sa.Column("project_id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(64), primary_key=True),
        sa.Column("resource", sa.String(64), primary_key=True),
        sa.Column("hard_limit", sa.Integer(), nullable=False),
    )
    op.create_table(
        "flavors",
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("memory_mib", sa.Integer(), nullable=False),
        sa.Column("disk_gib", sa.Integer(), nullable=False),
        sa.Column("ephemeral_gib", sa.Integer(), nullable=False),
        sa.Column("swap_mib", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("rxtx_factor", sa.Float(), nullable=False),
        sa.Column("description", sa.Text()),
    )
    op.create_table(
        "hosts",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("joined_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp()),
        sa.Column("seen_at", Timestamp()),
        sa.Column("inventory", Json()),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(255)),
        sa.Column("is_forced_down", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "join_grants",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", Timestamp(), nullable=False),
    )
    op.create_table(
        "keypairs",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.UniqueConstraint("user_id", "name", name="one_keypair_per_name"),
    )
    op.create_table(
        "server_tombstones",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("deleted_at", Timestamp(), nullable=False),
        sa.Column("server", Json(), nullable=False),
    )
    op.create_table(
        "servers",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255)),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("launched_at", Timestamp()),
        sa.Column("image_id", sa.String(36)),
        sa.Column("flavor_id", sa.String(255), nullable=False),
        sa.Column("flavor", Json(), nullable=False),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("memory_mib", sa.Integer(), nullable=False),
        sa.Column("disk_gib", sa.Integer(), nullable=False),
        sa.Column("key_name", sa.String(255)),
        sa.Column("host_id", sa.String(36)),
        sa.Column("pinned_zone", sa.String(255)),
        sa.Column("hostname", sa.String(255), nullable=False),
        sa.Column("lock", Json()),
        sa.Column("fault", Json()),
        sa.Column("reservation_id", sa.String(36), nullable=False),
        sa.Column("launch_index", sa.Integer(), nullable=False),
        sa.Column("has_config_drive", sa.Boolean(), nullable=False),
        sa.Column("disk_config", sa.String(8), nullable=False),
        sa.Column("access_ipv4", sa.String(64), nullable=False),
        sa.Column("access_ipv6", sa.String(64), nullable=False),
        sa.Column("reboots", sa.Integer(), nullable=False),
        sa.Column("is_last_reboot_hard", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "flavor_access",
        sa.Column("flavor_id", sa.String(255), sa.ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("project_id", sa.String(255), primary_key=True),
    )
    op.create_table(
        "flavor_specs",
        sa.Column("flavor_id", sa.String(255), sa.ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
    )
    op.create_table(
        "server_births",
        sa.Column("server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("birth", Json(), nullable=False),
    )
    op.create_table(
        "server_metadata",
        sa.Column("server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
    )
    op.create_table(
        "server_tags",
        sa.Column("server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_index("tombstones_by_deletion", "server_tombstones", ["deleted_at"])
    op.create_index("tombstones_by_project", "server_tombstones", ["project_id", "deleted_at"])
    op.create_index("servers_by_creation", "servers", ["created_at"])
    op.create_index("servers_by_host", "servers", ["host_id"])
    op.create_index("servers_by_project", "servers", ["project_id", "created_at"])
    op.create_index("servers_by_update", "servers", ["updated_at"])
    op.create_index("server_tags_by_tag", "server_tags", ["tag"])


def downgrade() -> None:
    for table in (
        "server_tags",
        "server_metadata",
        "server_births",
        "flavor_specs",
        "flavor_access",
        "servers",
        "server_tombstones",
        "keypairs",
        "join_grants",
        "hosts",
        "flavors",
        "compute_quota_limits",
        "compute_quota_classes",
    ):
        op.drop_table(table)
