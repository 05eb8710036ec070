"""The tables of placement."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table

from haneul.kit.db import Timestamp

METADATA = MetaData()

providers = Table(
    "resource_providers",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("generation", Integer, nullable=False),
    Column("parent_id", String(36), ForeignKey("resource_providers.id"), index=True),
    Column("root_id", String(36), nullable=False, index=True),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
)

inventories = Table(
    "inventories",
    METADATA,
    Column("provider_id", String(36), ForeignKey("resource_providers.id"), primary_key=True),
    Column("resource_class", String(255), primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("min_unit", BigInteger, nullable=False),
    Column("max_unit", BigInteger, nullable=False),
    Column("step_size", BigInteger, nullable=False),
    Column("allocation_ratio", Float, nullable=False),
    # (total - reserved) * allocation_ratio, and the sum of the allocations: kept here so that one UPDATE can
    # compare them and take the share.
    Column("capacity", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Index("inventories_by_class", "resource_class", "provider_id"),
)

consumers = Table(
    "consumers",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("project_id", String(255), nullable=False),
    Column("user_id", String(255), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("consumer_type", String(255)),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Index("consumers_by_project", "project_id", "user_id"),
)

allocations = Table(
    "allocations",
    METADATA,
    Column("consumer_id", String(36), ForeignKey("consumers.id"), primary_key=True),
    Column("provider_id", String(36), ForeignKey("resource_providers.id"), primary_key=True),
    Column("resource_class", String(255), primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Index("allocations_by_provider", "provider_id", "resource_class"),
)

provider_traits = Table(
    "resource_provider_traits",
    METADATA,
    Column("provider_id", String(36), ForeignKey("resource_providers.id"), primary_key=True),
    Column("trait", String(255), primary_key=True),
    Index("providers_by_trait", "trait", "provider_id"),
)

provider_aggregates = Table(
    "resource_provider_aggregates",
    METADATA,
    Column("provider_id", String(36), ForeignKey("resource_providers.id"), primary_key=True),
    Column("aggregate_id", String(36), primary_key=True),
    Index("providers_by_aggregate", "aggregate_id", "provider_id"),
)

# Custom ones only: the standard ones are known to the code.
traits = Table(
    "traits",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("created_at", Timestamp, nullable=False),
)

resource_classes = Table(
    "resource_classes",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("created_at", Timestamp, nullable=False),
)
