"""Block storage: volumes, snapshots, types, backups, groups, and which volumes servers have."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "volume_backups",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("volume_id", sa.String(36), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("data_at", Timestamp(), nullable=False),
        sa.Column("size_gib", sa.Integer(), nullable=False),
        sa.Column("container", sa.String(255)),
        sa.Column("zone", sa.String(255)),
        sa.Column("snapshot_id", sa.String(36)),
        sa.Column("is_incremental", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.String(36)),
        sa.Column("fail_reason", sa.Text()),
        sa.Column("object_count", sa.Integer(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.Column("is_encrypted", sa.Boolean(), nullable=False),
    )
    op.create_index("volume_backups_by_parent", "volume_backups", ["parent_id"])
    op.create_index("volume_backups_by_project", "volume_backups", ["project_id", "created_at"])
    op.create_index("volume_backups_by_volume", "volume_backups", ["volume_id"])
    op.create_table(
        "volume_group_types",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("specs", Json(), nullable=False),
    )
    op.create_table(
        "volume_groups",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("type_id", sa.String(36), nullable=False),
        sa.Column("zone", sa.String(255), nullable=False),
        sa.Column("volume_type_ids", Json(), nullable=False),
        sa.Column("group_snapshot_id", sa.String(36)),
        sa.Column("source_group_id", sa.String(36)),
    )
    op.create_index("volume_groups_by_project", "volume_groups", ["project_id", "created_at"])
    op.create_table(
        "volume_messages",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(36), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("guaranteed_until", Timestamp(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
    )
    op.create_index("volume_messages_by_age", "volume_messages", ["guaranteed_until"])
    op.create_index("volume_messages_by_project", "volume_messages", ["project_id", "created_at"])
    op.create_table(
        "volume_qos",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("consumer", sa.String(16), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("specs", Json(), nullable=False),
    )
    op.create_table(
        "volume_quota_limits",
        sa.Column("owner", sa.String(255), primary_key=True),
        sa.Column("is_class", sa.Boolean(), primary_key=True),
        sa.Column("resource", sa.String(255), primary_key=True),
        sa.Column("hard_limit", sa.Integer(), nullable=False),
    )
    op.create_table(
        "volume_services",
        sa.Column("binary", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(255)),
        sa.Column("updated_at", Timestamp(), nullable=False),
    )
    op.create_table(
        "volume_types",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp()),
        sa.Column("description", sa.Text()),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("extra_specs", Json(), nullable=False),
        sa.Column("qos_id", sa.String(36)),
        sa.Column("encryption", Json()),
    )
    op.create_table(
        "volumes",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("size_gib", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.String(36)),
        sa.Column("zone", sa.String(255), nullable=False),
        sa.Column("host_id", sa.String(36)),
        sa.Column("backend", sa.String(255), nullable=False),
        sa.Column("is_bootable", sa.Boolean(), nullable=False),
        sa.Column("is_multiattach", sa.Boolean(), nullable=False),
        sa.Column("is_readonly", sa.Boolean()),
        sa.Column("snapshot_id", sa.String(36)),
        sa.Column("source_id", sa.String(36)),
        sa.Column("image_id", sa.String(36)),
        sa.Column("backup_id", sa.String(36)),
        sa.Column("image_metadata", Json()),
        sa.Column("metadata", Json(), nullable=False),
        sa.Column("group_id", sa.String(36)),
        sa.Column("migration_status", sa.String(32)),
        sa.Column("consumes_quota", sa.Boolean(), nullable=False),
        sa.Column("is_encrypted", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.String(36)),
    )
    op.create_index("volumes_by_creation", "volumes", ["created_at"])
    op.create_index("volumes_by_group", "volumes", ["group_id"])
    op.create_index("volumes_by_place", "volumes", ["host_id", "backend"])
    op.create_index("volumes_by_project", "volumes", ["project_id", "created_at"])
    op.create_index("volumes_by_type", "volumes", ["type_id"])
    op.create_table(
        "volume_attachments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("volume_id", sa.String(36), sa.ForeignKey("volumes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("server_id", sa.String(36)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("host_name", sa.String(255)),
        sa.Column("device", sa.String(255)),
        sa.Column("mode", sa.String(8)),
        sa.Column("connector", Json()),
        sa.Column("attached_at", Timestamp()),
    )
    op.create_index("volume_attachments_by_project", "volume_attachments", ["project_id", "created_at"])
    op.create_index("volume_attachments_by_server", "volume_attachments", ["server_id"])
    op.create_index("volume_attachments_by_volume", "volume_attachments", ["volume_id"])
    op.create_table(
        "volume_default_types",
        sa.Column("project_id", sa.String(64), primary_key=True),
        sa.Column("type_id", sa.String(36), sa.ForeignKey("volume_types.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_table(
        "volume_group_snapshots",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("group_id", sa.String(36), sa.ForeignKey("volume_groups.id"), nullable=False),
        sa.Column("type_id", sa.String(36), nullable=False),
    )
    op.create_index("volume_group_snapshots_by_group", "volume_group_snapshots", ["group_id"])
    op.create_index("volume_group_snapshots_by_project", "volume_group_snapshots", ["project_id", "created_at"])
    op.create_table(
        "volume_snapshots",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("volume_id", sa.String(36), sa.ForeignKey("volumes.id"), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("size_gib", sa.Integer(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.Column("group_snapshot_id", sa.String(36)),
        sa.Column("consumes_quota", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.String(8), nullable=False),
    )
    op.create_index("volume_snapshots_by_creation", "volume_snapshots", ["created_at"])
    op.create_index("volume_snapshots_by_group", "volume_snapshots", ["group_snapshot_id"])
    op.create_index("volume_snapshots_by_project", "volume_snapshots", ["project_id", "created_at"])
    op.create_index("volume_snapshots_by_volume", "volume_snapshots", ["volume_id"])
    op.create_table(
        "volume_transfers",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("volume_id", sa.String(36), sa.ForeignKey("volumes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("leaves_snapshots", sa.Boolean(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("destination_project_id", sa.String(64)),
    )
    op.create_index("volume_transfers_by_project", "volume_transfers", ["project_id", "created_at"])
    op.create_index("volume_transfers_by_volume", "volume_transfers", ["volume_id"])
    op.create_table(
        "volume_type_access",
        sa.Column("type_id", sa.String(36), sa.ForeignKey("volume_types.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("project_id", sa.String(64), primary_key=True),
    )
    op.create_table(
        "server_volumes",
        sa.Column("server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("attachment_id", sa.String(36), primary_key=True),
        sa.Column("volume_id", sa.String(36), nullable=False),
        sa.Column("device", sa.String(255), nullable=False),
        sa.Column("tag", sa.String(80)),
        sa.Column("boot_index", sa.Integer()),
        sa.Column("goes_with_server", sa.Boolean(), nullable=False),
        sa.Column("is_leaving", sa.Boolean(), nullable=False),
    )
    op.create_index("server_volumes_by_volume", "server_volumes", ["volume_id"])


def downgrade() -> None:
    op.drop_table("server_volumes")
    op.drop_table("volume_type_access")
    op.drop_table("volume_transfers")
    op.drop_table("volume_snapshots")
    op.drop_table("volume_group_snapshots")
    op.drop_table("volume_default_types")
    op.drop_table("volume_attachments")
    op.drop_table("volumes")
    op.drop_table("volume_types")
    op.drop_table("volume_services")
    op.drop_table("volume_quota_limits")
    op.drop_table("volume_qos")
    op.drop_table("volume_messages")
    op.drop_table("volume_groups")
    op.drop_table("volume_group_types")
    op.drop_table("volume_backups")
