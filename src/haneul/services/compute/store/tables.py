"""The tables of compute."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from haneul.kit.db import Json, Timestamp

METADATA = MetaData()

flavors = Table(
    "flavors",
    METADATA,
    Column("id", String(255), primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("vcpus", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    Column("disk_gib", Integer, nullable=False),
    Column("ephemeral_gib", Integer, nullable=False),
    Column("swap_mib", Integer, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("rxtx_factor", Float, nullable=False),
    Column("description", Text),
)

flavor_specs = Table(
    "flavor_specs",
    METADATA,
    Column("flavor_id", String(255), ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("value", String(255), nullable=False),
)

flavor_access = Table(
    "flavor_access",
    METADATA,
    Column("flavor_id", String(255), ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", String(255), primary_key=True),
)

keypairs = Table(
    "keypairs",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("type", String(16), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("fingerprint", String(255), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    UniqueConstraint("user_id", "name", name="one_keypair_per_name"),
)

hosts = Table(
    "hosts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("joined_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp),
    Column("seen_at", Timestamp),
    Column("inventory", Json),
    Column("is_disabled", Boolean, nullable=False),
    Column("disabled_reason", String(255)),
    Column("is_forced_down", Boolean, nullable=False),
)

join_grants = Table(
    "join_grants",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Timestamp, nullable=False),
)

aggregates = Table(
    "aggregates",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp),
)

aggregate_metadata = Table(
    "aggregate_metadata",
    METADATA,
    Column("aggregate", Integer, ForeignKey("aggregates.number", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("value", String(255), nullable=False),
)

aggregate_hosts = Table(
    "aggregate_hosts",
    METADATA,
    Column("aggregate", Integer, ForeignKey("aggregates.number", ondelete="CASCADE"), primary_key=True),
    Column("host_id", String(36), ForeignKey("hosts.id", ondelete="CASCADE"), primary_key=True),
    Column("added_at", Timestamp, nullable=False),
)
Index("aggregate_hosts_by_host", aggregate_hosts.c.host_id)

servers = Table(
    "servers",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("description", String(255)),
    Column("project_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("launched_at", Timestamp),
    Column("image_id", String(36)),
    Column("flavor_id", String(255), nullable=False),
    Column("flavor", Json, nullable=False),
    Column("vcpus", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    Column("disk_gib", Integer, nullable=False),
    Column("key_name", String(255)),
    Column("host_id", String(36)),
    Column("pinned_zone", String(255)),
    Column("hostname", String(255), nullable=False),
    Column("lock", Json),
    Column("fault", Json),
    Column("reservation_id", String(36), nullable=False),
    Column("launch_index", Integer, nullable=False),
    Column("has_config_drive", Boolean, nullable=False),
    Column("disk_config", String(8), nullable=False),
    Column("access_ipv4", String(64), nullable=False),
    Column("access_ipv6", String(64), nullable=False),
    Column("reboots", Integer, nullable=False),
    Column("is_last_reboot_hard", Boolean, nullable=False),
    Column("rescue", Json),
    Column("shelved_image_id", String(36)),
    Column("set_aside_at", Timestamp),
)
_aside = servers.c.set_aside_at.is_not(None)
Index("servers_by_project", servers.c.project_id, servers.c.created_at)
Index("servers_by_creation", servers.c.created_at)
Index("servers_by_update", servers.c.updated_at)
Index("servers_by_host", servers.c.host_id)
Index("servers_set_aside", servers.c.set_aside_at, sqlite_where=_aside, postgresql_where=_aside)

server_moves = Table(
    "server_moves",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("server_id", String(36), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("source_id", String(36), nullable=False),
    Column("target_id", String(36)),
    Column("old_flavor", Json, nullable=False),
    Column("new_flavor", Json, nullable=False),
    Column("was_stopped", Boolean, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
)
_open = server_moves.c.is_open
Index("one_open_move_per_server", server_moves.c.server_id, unique=True, sqlite_where=_open, postgresql_where=_open)
Index("server_moves_by_server", server_moves.c.server_id, server_moves.c.number)
Index("server_moves_by_update", server_moves.c.updated_at)

console_grants = Table(
    "console_grants",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("expires_at", Timestamp, nullable=False, index=True),
)

server_births = Table(
    "server_births",
    METADATA,
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
    Column("birth", Json, nullable=False),
)

server_metadata = Table(
    "server_metadata",
    METADATA,
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("value", String(255), nullable=False),
)

server_tags = Table(
    "server_tags",
    METADATA,
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
)
Index("server_tags_by_tag", server_tags.c.tag)

server_volumes = Table(
    "server_volumes",
    METADATA,
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
    Column("attachment_id", String(36), primary_key=True),
    Column("volume_id", String(36), nullable=False),
    Column("device", String(255), nullable=False),
    Column("tag", String(80)),
    Column("boot_index", Integer),
    Column("goes_with_server", Boolean, nullable=False),
    Column("is_leaving", Boolean, nullable=False),
)
Index("server_volumes_by_volume", server_volumes.c.volume_id)

server_groups = Table(
    "server_groups",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("policy", String(32), nullable=False),
    Column("most_per_host", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
)
Index("server_groups_by_project", server_groups.c.project_id, server_groups.c.created_at)

server_group_members = Table(
    "server_group_members",
    METADATA,
    Column("server_id", String(36), ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", String(36), ForeignKey("server_groups.id", ondelete="CASCADE"), nullable=False),
)
Index("server_group_members_by_group", server_group_members.c.group_id)

tombstones = Table(
    "server_tombstones",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp, nullable=False),
    Column("server", Json, nullable=False),
)
Index("tombstones_by_project", tombstones.c.project_id, tombstones.c.deleted_at)
Index("tombstones_by_deletion", tombstones.c.deleted_at)

quota_limits = Table(
    "compute_quota_limits",
    METADATA,
    Column("project_id", String(64), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("resource", String(64), primary_key=True),
    Column("hard_limit", Integer, nullable=False),
)

quota_classes = Table(
    "compute_quota_classes",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("resource", String(64), primary_key=True),
    Column("hard_limit", Integer, nullable=False),
)
