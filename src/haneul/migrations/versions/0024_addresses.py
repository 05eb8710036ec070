"""Images' data has an address of one algorithm or another, and equal data is found by its MD5."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("ALTER TABLE image_blobs RENAME COLUMN sha512 TO address")
    op.create_index("ix_images_checksum", "images", ["checksum"])


def downgrade() -> None:
    op.drop_index("ix_images_checksum", "images")
    op.execute("ALTER TABLE image_blobs RENAME COLUMN address TO sha512")
