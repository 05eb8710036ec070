"""Placement: providers, what they have, who holds it."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _providers()
    _inventories()
    _claims()
    _names()


def _provider_id() -> sa.Column[str]:
    return sa.Column("provider_id", sa.String(36), sa.ForeignKey("resource_providers.id"), primary_key=True)


def _providers() -> None:
    op.create_table(
        "resource_providers",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.String(36), sa.ForeignKey("resource_providers.id")),
        sa.Column("root_id", sa.String(36), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_index("ix_resource_providers_parent_id", "resource_providers", ["parent_id"])
    op.create_index("ix_resource_providers_root_id", "resource_providers", ["root_id"])
    op.create_table(
        "resource_provider_traits",
        _provider_id(),
        sa.Column("trait", sa.String(255), primary_key=True),
    )
    op.create_index("providers_by_trait", "resource_provider_traits", ["trait", "provider_id"])
    op.create_table(
        "resource_provider_aggregates",
        _provider_id(),
        sa.Column("aggregate_id", sa.String(36), primary_key=True),
    )
    op.create_index("providers_by_aggregate", "resource_provider_aggregates", ["aggregate_id", "provider_id"])


def _inventories() -> None:
    op.create_table(
        "inventories",
        _provider_id(),
        sa.Column("resource_class", sa.String(255), primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("min_unit", sa.BigInteger, nullable=False),
        sa.Column("max_unit", sa.BigInteger, nullable=False),
        sa.Column("step_size", sa.BigInteger, nullable=False),
        sa.Column("allocation_ratio", sa.Float, nullable=False),
        sa.Column("capacity", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
    )
    op.create_index("inventories_by_class", "inventories", ["resource_class", "provider_id"])


def _claims() -> None:
    op.create_table(
        "consumers",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("consumer_type", sa.String(255)),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
    )
    op.create_index("consumers_by_project", "consumers", ["project_id", "user_id"])
    op.create_table(
        "allocations",
        sa.Column("consumer_id", sa.String(36), sa.ForeignKey("consumers.id"), primary_key=True),
        _provider_id(),
        sa.Column("resource_class", sa.String(255), primary_key=True),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
    )
    op.create_index("allocations_by_provider", "allocations", ["provider_id", "resource_class"])


def _names() -> None:
    for table in ("traits", "resource_classes"):
        op.create_table(
            table,
            sa.Column("name", sa.String(255), primary_key=True),
            sa.Column("created_at", Timestamp, nullable=False),
        )


def downgrade() -> None:
    for table in (
        "resource_classes",
        "traits",
        "allocations",
        "consumers",
        "inventories",
        "resource_provider_aggregates",
        "resource_provider_traits",
        "resource_providers",
    ):
        op.drop_table(table)
