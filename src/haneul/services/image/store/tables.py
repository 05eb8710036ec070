"""The tables of images."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from haneul.kit.db import Json, JsonTuple, Timestamp

METADATA = MetaData()

images = Table(
    "images",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(255)),
    Column("status", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("owner", String(255)),
    Column("disk_format", String(20)),
    Column("container_format", String(20)),
    Column("min_disk_gib", Integer, nullable=False),
    Column("min_ram_mib", Integer, nullable=False),
    Column("is_protected", Boolean, nullable=False),
    Column("is_hidden", Boolean, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("size_bytes", BigInteger),
    Column("virtual_size_bytes", BigInteger),
    Column("checksum", String(32)),
    Column("os_hash_algo", String(64)),
    Column("os_hash_value", String(128)),
    Column("found_format", String(20)),
    Column("tags", Json, nullable=False),
    Column("properties", Json, nullable=False),
    Column("upload_id", String(36)),
    # Who writes the draft renews this; once it is past, the upload is dead.
    Column("upload_until", Timestamp),
    # The address of its data; the rows of image_copies say in which stores.
    Column("blob", String(128)),
    Column("stores", JsonTuple, nullable=False),
    Column("importing_to", JsonTuple),
    Column("failed_stores", JsonTuple),
    Index("ix_images_created", "created_at", "id"),
    Index("ix_images_owner", "owner", "created_at", "id"),
    Index("ix_images_visibility", "visibility", "created_at", "id"),
    Index("ix_images_name", "name"),
    Index("ix_images_upload", "upload_id"),
    Index("ix_images_checksum", "checksum"),
)

facets = Table(
    "image_facets",
    METADATA,
    Column("image_id", String(36), ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    # "tag" (with an empty name) or "property".
    Column("kind", String(8), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("value_key", String(255), primary_key=True),
    Index("ix_image_facets_value", "kind", "name", "value_key", "image_id"),
)
"""What images are found by: derived from `tags` and `properties`, written with them in one place."""


def facet_key(value: str) -> str:
    """The value itself; of one that is too long for the column, its hash."""
    return value if len(value) <= 255 else "sha256:" + sha256(value.encode()).hexdigest()


members = Table(
    "image_members",
    METADATA,
    Column("image_id", String(36), ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", String(255), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Index("ix_image_members_project", "project_id", "status", "image_id"),
)

copies = Table(
    "image_copies",
    METADATA,
    Column("image_id", String(36), ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("store", String(64), primary_key=True),
    Column("address", String(128), nullable=False),
    Index("ix_image_copies_blob", "store", "address"),
)
"""Which data in which store an image stands on, or is about to: the references that keep blobs."""

blobs = Table(
    "image_blobs",
    METADATA,
    Column("store", String(64), primary_key=True),
    # Its SHA-256 or SHA-512, in hex.
    Column("address", String(128), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("stored_at", Timestamp, nullable=False),
    Column("checked_at", Timestamp, nullable=False),
    Column("is_damaged", Boolean, nullable=False),
    Index("ix_image_blobs_checked", "checked_at"),
)

tasks = Table(
    "image_tasks",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("type", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    # No foreign key: a task outlives its image.
    Column("image_id", String(36), nullable=False),
    Column("owner", String(255)),
    Column("user_id", String(255), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("input", Json, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp),
    Index("ix_image_tasks_created", "created_at", "id"),
    Index("ix_image_tasks_image", "image_id", "created_at"),
    Index("ix_image_tasks_owner", "owner", "created_at", "id"),
    Index("ix_image_tasks_expires", "expires_at"),
)

namespaces = Table(
    "metadef_namespaces",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("display_name", String(80)),
    Column("description", Text),
    Column("visibility", String(16), nullable=False),
    Column("is_protected", Boolean, nullable=False),
    Column("owner", String(255)),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Index("ix_metadef_namespaces_name", "name", unique=True),
    Index("ix_metadef_namespaces_created", "created_at", "id"),
)

definitions = Table(
    "metadef_definitions",
    METADATA,
    Column("namespace_id", String(36), ForeignKey("metadef_namespaces.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("body", Json, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
)

resource_types = Table(
    "metadef_resource_types",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
)

associations = Table(
    "metadef_associations",
    METADATA,
    Column("namespace_id", String(36), ForeignKey("metadef_namespaces.id", ondelete="CASCADE"), primary_key=True),
    Column("resource_type", String(80), ForeignKey("metadef_resource_types.name"), primary_key=True),
    Column("prefix", String(80)),
    Column("properties_target", String(80)),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Index("ix_metadef_associations_type", "resource_type", "namespace_id"),
)
