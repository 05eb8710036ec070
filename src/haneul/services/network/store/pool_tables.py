"""The tables of what subnets are cut from: subnet pools and address scopes; and of address groups."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from haneul.kit.db import Json
from haneul.services.network.store.tables import METADATA, standard

address_scopes = Table(
    "address_scopes",
    METADATA,
    *standard(),
    Column("ip_version", Integer, nullable=False),
    Index("ix_address_scopes_project", "project_id", "id"),
)

subnet_pools = Table(
    "subnet_pools",
    METADATA,
    *standard(),
    Column("ip_version", Integer, nullable=False),
    Column("prefixes", Json, nullable=False),
    Column("min_prefixlen", Integer, nullable=False),
    Column("max_prefixlen", Integer, nullable=False),
    Column("default_prefixlen", Integer, nullable=False),
    Column("default_quota", Integer),
    Column("is_default", Boolean, nullable=False),
    Column("scope_id", String(36), ForeignKey("address_scopes.id")),
    Index("ix_subnet_pools_project", "project_id", "id"),
    Index("ix_subnet_pools_scope", "scope_id"),
)

address_groups = Table(
    "address_groups",
    METADATA,
    *standard(),
    Column("addresses", Json, nullable=False),
    Index("ix_address_groups_project", "project_id", "id"),
)
