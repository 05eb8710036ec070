"""The tables of networks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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


def standard() -> list[Column[Any]]:
    """What every noun has, in new columns."""
    return [
        Column("id", String(36), primary_key=True),
        Column("project_id", String(255), nullable=False),
        Column("name", String(255), nullable=False),
        Column("description", String(255), nullable=False),
        Column("created_at", Timestamp, nullable=False),
        Column("updated_at", Timestamp, nullable=False),
        Column("revision_number", BigInteger, nullable=False),
        Column("tags", Json, nullable=False),
    ]


networks = Table(
    "networks",
    METADATA,
    *standard(),
    Column("is_admin_up", Boolean, nullable=False),
    Column("is_external", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("has_port_security", Boolean, nullable=False),
    Column("mtu", Integer, nullable=False),
    Column("network_type", String(16), nullable=False),
    Column("physical_network", String(64)),
    Column("segmentation_id", BigInteger),
    Column("segment_key", String(100), nullable=False, unique=True),
    Column("dns_domain", String(255), nullable=False),
    Column("zone_hints", Json, nullable=False),
    Column("qos_policy_id", String(36)),
    Index("ix_networks_project", "project_id", "id"),
    Index("ix_networks_external", "is_external"),
    Index("ix_networks_name", "name"),
    Index("ix_networks_segment", "network_type", "segmentation_id"),
    Index("ix_networks_qos", "qos_policy_id"),
)

subnets = Table(
    "subnets",
    METADATA,
    *standard(),
    Column("network_id", String(36), ForeignKey("networks.id"), nullable=False),
    Column("ip_version", Integer, nullable=False),
    Column("cidr", String(64), nullable=False),
    Column("gateway_ip", String(64)),
    Column("has_dhcp", Boolean, nullable=False),
    Column("pools", Json, nullable=False),
    Column("dns_servers", Json, nullable=False),
    Column("host_routes", Json, nullable=False),
    Column("ra_mode", String(20)),
    Column("address_mode", String(20)),
    Column("service_types", Json, nullable=False),
    Column("pool_id", String(36)),
    Index("ix_subnets_project", "project_id", "id"),
    Index("ix_subnets_network", "network_id"),
    Index("ix_subnets_pool", "pool_id"),
    Index("ix_subnets_name", "name"),
)

ports = Table(
    "ports",
    METADATA,
    *standard(),
    Column("network_id", String(36), ForeignKey("networks.id"), nullable=False),
    Column("mac_address", String(17), nullable=False),
    Column("is_admin_up", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("device_id", String(255), nullable=False),
    Column("device_owner", String(255), nullable=False),
    Column("has_port_security", Boolean, nullable=False),
    Column("address_pairs", Json, nullable=False),
    Column("dhcp_options", Json, nullable=False),
    Column("host_id", String(255), nullable=False),
    Column("chassis", String(255), nullable=False),
    Column("vnic_type", String(64), nullable=False),
    Column("binding_profile", Json, nullable=False),
    Column("dns_name", String(255), nullable=False),
    Column("dns_domain", String(255), nullable=False),
    Column("goes_with_device", Boolean, nullable=False),
    Column("qos_policy_id", String(36)),
    UniqueConstraint("network_id", "mac_address", name="uq_ports_mac"),
    Index("ix_ports_project", "project_id", "id"),
    Index("ix_ports_device", "device_id"),
    Index("ix_ports_network_owner", "network_id", "device_owner"),
    Index("ix_ports_name", "name"),
    Index("ix_ports_qos", "qos_policy_id"),
)

port_addresses = Table(
    "port_addresses",
    METADATA,
    Column("port_id", String(36), ForeignKey("ports.id", ondelete="CASCADE"), nullable=False),
    Column("network_id", String(36), nullable=False),
    Column("subnet_id", String(36), ForeignKey("subnets.id"), nullable=False),
    Column("ip_address", String(64), nullable=False),
    Column("number", BigInteger),
    Column("position", Integer, nullable=False),
    UniqueConstraint("network_id", "ip_address", name="uq_port_addresses_ip"),
    Index("ix_port_addresses_port", "port_id"),
    Index("ix_port_addresses_subnet", "subnet_id", "number"),
    Index("ix_port_addresses_ip", "ip_address"),
)
"""`number`: how far the address is from its subnet's first, where that fits into 62 bits."""

port_groups = Table(
    "port_security_groups",
    METADATA,
    Column("port_id", String(36), ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True),
    Column("security_group_id", String(36), ForeignKey("security_groups.id"), primary_key=True),
    Index("ix_port_security_groups_group", "security_group_id"),
)

routers = Table(
    "routers",
    METADATA,
    *standard(),
    Column("is_admin_up", Boolean, nullable=False),
    Column("routes", Json, nullable=False),
    Column("zone_hints", Json, nullable=False),
    Column("gateway_network_id", String(36), ForeignKey("networks.id")),
    Column("gateway_port_id", String(36)),
    Column("has_snat", Boolean, nullable=False),
    Index("ix_routers_project", "project_id", "id"),
    Index("ix_routers_gateway", "gateway_network_id"),
)

floating_ips = Table(
    "floating_ips",
    METADATA,
    *(column for column in standard() if column.name != "name"),
    Column("network_id", String(36), ForeignKey("networks.id"), nullable=False),
    Column("address", String(64), nullable=False),
    Column("own_port_id", String(36), nullable=False),
    Column("port_id", String(36), ForeignKey("ports.id")),
    Column("fixed_ip", String(64)),
    Column("router_id", String(36), ForeignKey("routers.id")),
    Column("status", String(16), nullable=False),
    Column("dns_name", String(255), nullable=False),
    Column("dns_domain", String(255), nullable=False),
    Column("qos_policy_id", String(36)),
    UniqueConstraint("port_id", "fixed_ip", "network_id", name="uq_floating_ips_fixed"),
    Index("ix_floating_ips_project", "project_id", "id"),
    Index("ix_floating_ips_router", "router_id"),
    Index("ix_floating_ips_network", "network_id"),
    Index("ix_floating_ips_address", "address"),
    Index("ix_floating_ips_qos", "qos_policy_id"),
)

forwardings = Table(
    "port_forwardings",
    METADATA,
    *(column for column in standard() if column.name not in ("name", "tags")),
    Column("floating_ip_id", String(36), ForeignKey("floating_ips.id", ondelete="CASCADE"), nullable=False),
    Column("port_id", String(36), ForeignKey("ports.id", ondelete="CASCADE"), nullable=False),
    Column("fixed_ip", String(64), nullable=False),
    Column("protocol", String(8), nullable=False),
    Column("outer_first", Integer, nullable=False),
    Column("outer_last", Integer, nullable=False),
    Column("inner_first", Integer, nullable=False),
    Column("inner_last", Integer, nullable=False),
    Index("ix_port_forwardings_floating_ip", "floating_ip_id"),
    Index("ix_port_forwardings_port", "port_id"),
)

security_groups = Table(
    "security_groups",
    METADATA,
    *standard(),
    Column("is_stateful", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("default_of", String(255), unique=True),
    Index("ix_security_groups_project", "project_id", "name"),
)
"""`default_of`: the project whose default group it is; NULL for the others."""

rules = Table(
    "security_group_rules",
    METADATA,
    *(column for column in standard() if column.name not in ("name", "tags")),
    Column("security_group_id", String(36), ForeignKey("security_groups.id", ondelete="CASCADE"), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("ethertype", String(8), nullable=False),
    Column("protocol", String(40)),
    Column("port_min", Integer),
    Column("port_max", Integer),
    Column("remote_group_id", String(36), ForeignKey("security_groups.id", ondelete="CASCADE")),
    Column("remote_ip_prefix", String(64)),
    Column("remote_address_group_id", String(36)),
    Column("rule_key", Text, nullable=False),
    UniqueConstraint("security_group_id", "rule_key", name="uq_security_group_rules_key"),
    Index("ix_security_group_rules_project", "project_id", "id"),
    Index("ix_security_group_rules_remote", "remote_group_id"),
    Index("ix_security_group_rules_addresses", "remote_address_group_id"),
)
"""`rule_key`: what the rule says as one text, so that no group has the same rule twice."""

quotas = Table(
    "network_quotas",
    METADATA,
    Column("project_id", String(255), primary_key=True),
    Column("resource", String(64), primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

grants = Table(
    "network_grants",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("project_id", String(255), nullable=False),
    Column("object_type", String(32), nullable=False),
    Column("object_id", String(36), nullable=False),
    Column("action", String(32), nullable=False),
    Column("target_project", String(255), nullable=False),
    Column("revision_number", BigInteger, nullable=False),
    UniqueConstraint("object_id", "object_type", "action", "target_project", name="uq_network_grants_target"),
    Index("ix_network_grants_target", "target_project", "object_type", "object_id"),
    Index("ix_network_grants_project", "project_id", "id"),
)

pending = Table(
    "network_pending",
    METADATA,
    Column("kind", String(20), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("stamp", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_network_pending_due", "due_at"),
)
"""What changed here and is not yet so in the world; a change of the same thing gives it a new stamp."""

qos_policies = Table(
    "qos_policies",
    METADATA,
    *standard(),
    Column("is_default", Boolean, nullable=False),
    Column("default_of", String(255), unique=True),
    Index("ix_qos_policies_project", "project_id", "id"),
    Index("ix_qos_policies_name", "name"),
)
"""`default_of`: the project whose default policy it is; NULL for the others."""

qos_rules = Table(
    "qos_rules",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("policy_id", String(36), ForeignKey("qos_policies.id", ondelete="CASCADE"), nullable=False),
    Column("type", String(32), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("max_kbps", Integer, nullable=False),
    Column("max_burst_kbps", Integer, nullable=False),
    Column("dscp_mark", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("revision_number", BigInteger, nullable=False),
    UniqueConstraint("policy_id", "type", "direction", name="uq_qos_rules_type"),
)

trunks = Table(
    "trunks",
    METADATA,
    *standard(),
    Column("port_id", String(36), ForeignKey("ports.id"), nullable=False, unique=True),
    Column("is_admin_up", Boolean, nullable=False),
    Index("ix_trunks_project", "project_id", "id"),
)

subports = Table(
    "trunk_subports",
    METADATA,
    Column("port_id", String(36), ForeignKey("ports.id"), primary_key=True),
    Column("trunk_id", String(36), ForeignKey("trunks.id", ondelete="CASCADE"), nullable=False),
    Column("tag", Integer, nullable=False),
    UniqueConstraint("trunk_id", "tag", name="uq_trunk_subports_tag"),
)

auto_topologies = Table(
    "auto_topologies",
    METADATA,
    Column("project_id", String(255), primary_key=True),
    Column("network_id", String(36), ForeignKey("networks.id", ondelete="CASCADE"), nullable=False),
    Column("router_id", String(36), nullable=False),
)
"""What was made for a project that asked for a way to the world; forgotten with its network."""

network_agents = Table(
    "network_agents",
    METADATA,
    Column("id", String(255), primary_key=True),
    Column("description", String(255), nullable=False),
)
"""What operators say of agents, which themselves are not written but seen."""
