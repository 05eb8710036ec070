"""Subnet pools and address scopes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0013"
down_revision = "0012"


def _standard() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
    ]


def upgrade() -> None:
    op.create_table("address_scopes", *_standard(), sa.Column("ip_version", sa.Integer, nullable=False))
    op.create_index("ix_address_scopes_project", "address_scopes", ["project_id", "id"])
    op.create_table(
        "subnet_pools",
        *_standard(),
        sa.Column("ip_version", sa.Integer, nullable=False),
        sa.Column("prefixes", Json, nullable=False),
        sa.Column("min_prefixlen", sa.Integer, nullable=False),
        sa.Column("max_prefixlen", sa.Integer, nullable=False),
        sa.Column("default_prefixlen", sa.Integer, nullable=False),
        sa.Column("default_quota", sa.Integer),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("scope_id", sa.String(36), sa.ForeignKey("address_scopes.id")),
    )
    op.create_index("ix_subnet_pools_project", "subnet_pools", ["project_id", "id"])
    op.create_index("ix_subnet_pools_scope", "subnet_pools", ["scope_id"])
    op.add_column("subnets", sa.Column("pool_id", sa.String(36)))
    op.create_index("ix_subnets_pool", "subnets", ["pool_id"])


def downgrade() -> None:
    op.drop_index("ix_subnets_pool", "subnets")
    op.drop_column("subnets", "pool_id")
    op.drop_table("subnet_pools")
    op.drop_table("address_scopes")
