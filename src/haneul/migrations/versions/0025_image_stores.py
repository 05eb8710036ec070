"""Images' data lies in one or several stores."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import JsonTuple, Timestamp

revision = "0025"
down_revision = "0024"

_FIRST = "local"


def upgrade() -> None:
    op.add_column("images", sa.Column("stores", JsonTuple, nullable=False, server_default="[]"))
    op.add_column("images", sa.Column("importing_to", JsonTuple))
    op.add_column("images", sa.Column("failed_stores", JsonTuple))
    op.execute(f"UPDATE images SET stores = '[\"{_FIRST}\"]' WHERE status IN ('active', 'deactivated')")
    op.drop_index("ix_images_blob", "images")
    op.create_table(
        "image_copies",
        sa.Column("image_id", sa.String(36), sa.ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("store", sa.String(64), primary_key=True),
        sa.Column("address", sa.String(128), nullable=False),
    )
    op.create_index("ix_image_copies_blob", "image_copies", ["store", "address"])
    op.execute(
        "INSERT INTO image_copies (image_id, store, address) "
        f"SELECT id, '{_FIRST}', blob FROM images WHERE blob IS NOT NULL"
    )
    _make_blobs("image_blobs_of_many", sa.Column("store", sa.String(64), primary_key=True))
    op.execute(
        "INSERT INTO image_blobs_of_many (store, address, size_bytes, stored_at, checked_at, is_damaged) "
        f"SELECT '{_FIRST}', address, size_bytes, stored_at, checked_at, is_damaged FROM image_blobs"
    )
    _take_the_place("image_blobs_of_many")


def downgrade() -> None:
    # Data in other stores than the first is not known to what comes before.
    _make_blobs("image_blobs_of_one")
    op.execute(
        "INSERT INTO image_blobs_of_one (address, size_bytes, stored_at, checked_at, is_damaged) "
        "SELECT address, size_bytes, stored_at, checked_at, is_damaged FROM image_blobs "
        f"WHERE store = '{_FIRST}'"
    )
    _take_the_place("image_blobs_of_one")
    op.drop_index("ix_image_copies_blob", "image_copies")
    op.drop_table("image_copies")
    op.create_index("ix_images_blob", "images", ["blob"])
    for column in ("stores", "importing_to", "failed_stores"):
        op.drop_column("images", column)


def _make_blobs(name: str, *before: sa.Column[str]) -> None:
    op.create_table(
        name,
        *before,
        sa.Column("address", sa.String(128), primary_key=True),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("stored_at", Timestamp, nullable=False),
        sa.Column("checked_at", Timestamp, nullable=False),
        sa.Column("is_damaged", sa.Boolean, nullable=False),
    )


def _take_the_place(name: str) -> None:
    """Of `image_blobs`. Made under another name: PostgreSQL's primary keys have names that outlive a renaming."""
    op.drop_index("ix_image_blobs_checked", "image_blobs")
    op.drop_table("image_blobs")
    op.rename_table(name, "image_blobs")
    op.create_index("ix_image_blobs_checked", "image_blobs", ["checked_at"])
