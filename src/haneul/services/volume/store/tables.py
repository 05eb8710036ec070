"""The tables of block storage."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from haneul.kit.db import Json, Timestamp

METADATA = MetaData()


def _id() -> tuple[Column[Any], Column[Any]]:
    return Column("number", Integer, primary_key=True), Column("id", String(36), nullable=False, unique=True)


def _owned() -> tuple[Column[Any], ...]:
    return (
        Column("project_id", String(64), nullable=False),
        Column("user_id", String(64), nullable=False),
        Column("status", String(32), nullable=False),
        Column("created_at", Timestamp, nullable=False),
    )


def _told() -> tuple[Column[Any], Column[Any]]:
    return Column("name", String(255)), Column("description", Text)


volumes = Table(
    "volumes",
    METADATA,
    *_id(),
    *_owned(),
    *_told(),
    Column("updated_at", Timestamp, nullable=False),
    Column("size_gib", Integer, nullable=False),
    Column("type_id", String(36)),
    Column("zone", String(255), nullable=False),
    Column("host_id", String(36)),
    Column("backend", String(255), nullable=False),
    Column("is_bootable", Boolean, nullable=False),
    Column("is_multiattach", Boolean, nullable=False),
    Column("is_readonly", Boolean),
    Column("snapshot_id", String(36)),
    Column("source_id", String(36)),
    Column("image_id", String(36)),
    Column("backup_id", String(36)),
    Column("image_metadata", Json),
    Column("metadata", Json, nullable=False),
    Column("group_id", String(36)),
    Column("migration_status", String(32)),
    Column("consumes_quota", Boolean, nullable=False),
    Column("is_encrypted", Boolean, nullable=False),
    Column("key_id", String(36)),
)
Index("volumes_by_project", volumes.c.project_id, volumes.c.created_at)
Index("volumes_by_creation", volumes.c.created_at)
Index("volumes_by_place", volumes.c.host_id, volumes.c.backend)
Index("volumes_by_group", volumes.c.group_id)
Index("volumes_by_type", volumes.c.type_id)

attachments = Table(
    "volume_attachments",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("volume_id", String(36), ForeignKey("volumes.id", ondelete="CASCADE"), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("server_id", String(36)),
    Column("status", String(32), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("host_name", String(255)),
    Column("device", String(255)),
    Column("mode", String(8)),
    Column("connector", Json),
    Column("attached_at", Timestamp),
)
Index("volume_attachments_by_volume", attachments.c.volume_id)
Index("volume_attachments_by_server", attachments.c.server_id)
Index("volume_attachments_by_project", attachments.c.project_id, attachments.c.created_at)

snapshots = Table(
    "volume_snapshots",
    METADATA,
    *_id(),
    *_owned(),
    *_told(),
    Column("volume_id", String(36), ForeignKey("volumes.id"), nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("size_gib", Integer, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("group_snapshot_id", String(36)),
    Column("consumes_quota", Boolean, nullable=False),
    Column("progress", String(8), nullable=False),
)
Index("volume_snapshots_by_project", snapshots.c.project_id, snapshots.c.created_at)
Index("volume_snapshots_by_creation", snapshots.c.created_at)
Index("volume_snapshots_by_volume", snapshots.c.volume_id)
Index("volume_snapshots_by_group", snapshots.c.group_snapshot_id)

types = Table(
    "volume_types",
    METADATA,
    *_id(),
    Column("name", String(255), nullable=False, unique=True),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp),
    Column("description", Text),
    Column("is_public", Boolean, nullable=False),
    Column("extra_specs", Json, nullable=False),
    Column("qos_id", String(36)),
    Column("encryption", Json),
)

type_access = Table(
    "volume_type_access",
    METADATA,
    Column("type_id", String(36), ForeignKey("volume_types.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", String(64), primary_key=True),
)

default_types = Table(
    "volume_default_types",
    METADATA,
    Column("project_id", String(64), primary_key=True),
    Column("type_id", String(36), ForeignKey("volume_types.id", ondelete="CASCADE"), nullable=False),
)

qos_specs = Table(
    "volume_qos",
    METADATA,
    *_id(),
    Column("name", String(255), nullable=False, unique=True),
    Column("consumer", String(16), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("specs", Json, nullable=False),
)

backups = Table(
    "volume_backups",
    METADATA,
    *_id(),
    *_owned(),
    *_told(),
    Column("volume_id", String(36), nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("data_at", Timestamp, nullable=False),
    Column("size_gib", Integer, nullable=False),
    Column("container", String(255)),
    Column("zone", String(255)),
    Column("snapshot_id", String(36)),
    Column("is_incremental", Boolean, nullable=False),
    Column("parent_id", String(36)),
    Column("fail_reason", Text),
    Column("object_count", Integer, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("is_encrypted", Boolean, nullable=False),
)
Index("volume_backups_by_project", backups.c.project_id, backups.c.created_at)
Index("volume_backups_by_volume", backups.c.volume_id)
Index("volume_backups_by_parent", backups.c.parent_id)

transfers = Table(
    "volume_transfers",
    METADATA,
    *_id(),
    Column("volume_id", String(36), ForeignKey("volumes.id", ondelete="CASCADE"), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("name", String(255)),
    Column("leaves_snapshots", Boolean, nullable=False),
    Column("is_accepted", Boolean, nullable=False),
    Column("destination_project_id", String(64)),
)
Index("volume_transfers_by_project", transfers.c.project_id, transfers.c.created_at)
Index("volume_transfers_by_volume", transfers.c.volume_id)

group_types = Table(
    "volume_group_types",
    METADATA,
    *_id(),
    Column("name", String(255), nullable=False, unique=True),
    Column("created_at", Timestamp, nullable=False),
    Column("description", Text),
    Column("is_public", Boolean, nullable=False),
    Column("specs", Json, nullable=False),
)

groups = Table(
    "volume_groups",
    METADATA,
    *_id(),
    *_owned(),
    *_told(),
    Column("type_id", String(36), nullable=False),
    Column("zone", String(255), nullable=False),
    Column("volume_type_ids", Json, nullable=False),
    Column("group_snapshot_id", String(36)),
    Column("source_group_id", String(36)),
)
Index("volume_groups_by_project", groups.c.project_id, groups.c.created_at)

group_snapshots = Table(
    "volume_group_snapshots",
    METADATA,
    *_id(),
    *_owned(),
    *_told(),
    Column("group_id", String(36), ForeignKey("volume_groups.id"), nullable=False),
    Column("type_id", String(36), nullable=False),
)
Index("volume_group_snapshots_by_project", group_snapshots.c.project_id, group_snapshots.c.created_at)
Index("volume_group_snapshots_by_group", group_snapshots.c.group_id)

messages = Table(
    "volume_messages",
    METADATA,
    *_id(),
    Column("project_id", String(64), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("resource_type", String(64), nullable=False),
    Column("resource_id", String(36), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("guaranteed_until", Timestamp, nullable=False),
    Column("level", String(16), nullable=False),
)
Index("volume_messages_by_project", messages.c.project_id, messages.c.created_at)
Index("volume_messages_by_age", messages.c.guaranteed_until)

service_marks = Table(
    "volume_services",
    METADATA,
    Column("binary", String(64), primary_key=True),
    Column("host", String(255), primary_key=True),
    Column("is_disabled", Boolean, nullable=False),
    Column("reason", String(255)),
    Column("updated_at", Timestamp, nullable=False),
)

quota_limits = Table(
    "volume_quota_limits",
    METADATA,
    Column("owner", String(255), primary_key=True),
    Column("is_class", Boolean, primary_key=True),
    Column("resource", String(255), primary_key=True),
    Column("hard_limit", Integer, nullable=False),
)
