"""Images."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _create_images()
    op.create_table(
        "image_facets",
        sa.Column("image_id", sa.String(36), sa.ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("value_key", sa.String(255), primary_key=True),
    )
    op.create_index("ix_image_facets_value", "image_facets", ["kind", "name", "value_key", "image_id"])
    op.create_table(
        "image_members",
        sa.Column("image_id", sa.String(36), sa.ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("project_id", sa.String(255), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_index("ix_image_members_project", "image_members", ["project_id", "status", "image_id"])
    op.create_table(
        "image_blobs",
        sa.Column("sha512", sa.String(128), primary_key=True),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("stored_at", Timestamp, nullable=False),
        sa.Column("checked_at", Timestamp, nullable=False),
        sa.Column("is_damaged", sa.Boolean, nullable=False),
    )
    op.create_index("ix_image_blobs_checked", "image_blobs", ["checked_at"])
    _create_tasks()
    _create_namespaces()


def _create_tasks() -> None:
    op.create_table(
        "image_tasks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("image_id", sa.String(36), nullable=False),
        sa.Column("owner", sa.String(255)),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp),
    )
    op.create_index("ix_image_tasks_created", "image_tasks", ["created_at", "id"])
    op.create_index("ix_image_tasks_image", "image_tasks", ["image_id", "created_at"])
    op.create_index("ix_image_tasks_owner", "image_tasks", ["owner", "created_at", "id"])
    op.create_index("ix_image_tasks_expires", "image_tasks", ["expires_at"])


def _create_namespaces() -> None:
    op.create_table(
        "metadef_namespaces",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("display_name", sa.String(80)),
        sa.Column("description", sa.Text),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("is_protected", sa.Boolean, nullable=False),
        sa.Column("owner", sa.String(255)),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_index("ix_metadef_namespaces_name", "metadef_namespaces", ["name"], unique=True)
    op.create_index("ix_metadef_namespaces_created", "metadef_namespaces", ["created_at", "id"])
    op.create_table(
        "metadef_definitions",
        sa.Column(
            "namespace_id",
            sa.String(36),
            sa.ForeignKey("metadef_namespaces.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_table(
        "metadef_resource_types",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    _create_associations()


def _create_associations() -> None:
    op.create_table(
        "metadef_associations",
        sa.Column(
            "namespace_id",
            sa.String(36),
            sa.ForeignKey("metadef_namespaces.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("resource_type", sa.String(80), sa.ForeignKey("metadef_resource_types.name"), primary_key=True),
        sa.Column("prefix", sa.String(80)),
        sa.Column("properties_target", sa.String(80)),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_index("ix_metadef_associations_type", "metadef_associations", ["resource_type", "namespace_id"])


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(255)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(255)),
        sa.Column("disk_format", sa.String(20)),
        sa.Column("container_format", sa.String(20)),
        sa.Column("min_disk_gib", sa.Integer, nullable=False),
        sa.Column("min_ram_mib", sa.Integer, nullable=False),
        sa.Column("is_protected", sa.Boolean, nullable=False),
        sa.Column("is_hidden", sa.Boolean, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("virtual_size_bytes", sa.BigInteger),
        sa.Column("checksum", sa.String(32)),
        sa.Column("os_hash_algo", sa.String(64)),
        sa.Column("os_hash_value", sa.String(128)),
        sa.Column("found_format", sa.String(20)),
        sa.Column("tags", Json, nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.Column("upload_id", sa.String(36)),
        sa.Column("upload_until", Timestamp),
        sa.Column("blob", sa.String(128)),
    )
    op.create_index("ix_images_created", "images", ["created_at", "id"])
    op.create_index("ix_images_owner", "images", ["owner", "created_at", "id"])
    op.create_index("ix_images_visibility", "images", ["visibility", "created_at", "id"])
    op.create_index("ix_images_name", "images", ["name"])
    op.create_index("ix_images_blob", "images", ["blob"])
    op.create_index("ix_images_upload", "images", ["upload_id"])


def downgrade() -> None:
    for table in (
        "metadef_associations",
        "metadef_resource_types",
        "metadef_definitions",
        "metadef_namespaces",
        "image_tasks",
        "image_blobs",
        "image_members",
        "image_facets",
        "images",
    ):
        op.drop_table(table)
