"""Networks."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _create_network_pending()
    _create_network_quotas()
    _create_networks()
    _create_security_groups()
    _create_ports()
    _create_routers()
    _create_security_group_rules()
    _create_subnets()
    _create_floating_ips()
    _create_port_addresses()
    _create_port_security_groups()


def _create_network_pending() -> None:
    op.create_table(
        "network_pending",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", Timestamp, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("ix_network_pending_due", "network_pending", ["due_at"])


def _create_network_quotas() -> None:
    op.create_table(
        "network_quotas",
        sa.Column("project_id", sa.String(255), primary_key=True),
        sa.Column("resource", sa.String(64), primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )


def _create_networks() -> None:
    op.create_table(
        "networks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("is_admin_up", sa.Boolean, nullable=False),
        sa.Column("is_shared", sa.Boolean, nullable=False),
        sa.Column("is_external", sa.Boolean, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("has_port_security", sa.Boolean, nullable=False),
        sa.Column("mtu", sa.Integer, nullable=False),
        sa.Column("network_type", sa.String(16), nullable=False),
        sa.Column("physical_network", sa.String(64)),
        sa.Column("segmentation_id", sa.BigInteger),
        sa.Column("segment_key", sa.String(100), nullable=False, unique=True),
        sa.Column("dns_domain", sa.String(255), nullable=False),
        sa.Column("zone_hints", Json, nullable=False),
    )
    op.create_index("ix_networks_external", "networks", ["is_external"])
    op.create_index("ix_networks_name", "networks", ["name"])
    op.create_index("ix_networks_project", "networks", ["project_id", "id"])
    op.create_index("ix_networks_segment", "networks", ["network_type", "segmentation_id"])
    op.create_index("ix_networks_shared", "networks", ["is_shared"])


def _create_security_groups() -> None:
    op.create_table(
        "security_groups",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("is_stateful", sa.Boolean, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("default_of", sa.String(255), unique=True),
    )
    op.create_index("ix_security_groups_project", "security_groups", ["project_id", "name"])


def _create_ports() -> None:
    op.create_table(
        "ports",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("network_id", sa.String(36), sa.ForeignKey("networks.id"), nullable=False),
        sa.Column("mac_address", sa.String(17), nullable=False),
        sa.Column("is_admin_up", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("device_id", sa.String(255), nullable=False),
        sa.Column("device_owner", sa.String(255), nullable=False),
        sa.Column("has_port_security", sa.Boolean, nullable=False),
        sa.Column("address_pairs", Json, nullable=False),
        sa.Column("dhcp_options", Json, nullable=False),
        sa.Column("host_id", sa.String(255), nullable=False),
        sa.Column("chassis", sa.String(255), nullable=False),
        sa.Column("vnic_type", sa.String(64), nullable=False),
        sa.Column("binding_profile", Json, nullable=False),
        sa.Column("dns_name", sa.String(255), nullable=False),
        sa.Column("goes_with_device", sa.Boolean, nullable=False),
        sa.UniqueConstraint("network_id", "mac_address", name="uq_ports_mac"),
    )
    op.create_index("ix_ports_device", "ports", ["device_id"])
    op.create_index("ix_ports_name", "ports", ["name"])
    op.create_index("ix_ports_network_owner", "ports", ["network_id", "device_owner"])
    op.create_index("ix_ports_project", "ports", ["project_id", "id"])


def _create_routers() -> None:
    op.create_table(
        "routers",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("is_admin_up", sa.Boolean, nullable=False),
        sa.Column("routes", Json, nullable=False),
        sa.Column("zone_hints", Json, nullable=False),
        sa.Column("gateway_network_id", sa.String(36), sa.ForeignKey("networks.id")),
        sa.Column("gateway_port_id", sa.String(36)),
        sa.Column("has_snat", sa.Boolean, nullable=False),
    )
    op.create_index("ix_routers_gateway", "routers", ["gateway_network_id"])
    op.create_index("ix_routers_project", "routers", ["project_id", "id"])


def _create_security_group_rules() -> None:
    op.create_table(
        "security_group_rules",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column(
            "security_group_id", sa.String(36), sa.ForeignKey("security_groups.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("ethertype", sa.String(8), nullable=False),
        sa.Column("protocol", sa.String(40)),
        sa.Column("port_min", sa.Integer),
        sa.Column("port_max", sa.Integer),
        sa.Column("remote_group_id", sa.String(36), sa.ForeignKey("security_groups.id", ondelete="CASCADE")),
        sa.Column("remote_ip_prefix", sa.String(64)),
        sa.Column("rule_key", sa.Text, nullable=False),
        sa.UniqueConstraint("security_group_id", "rule_key", name="uq_security_group_rules_key"),
    )
    op.create_index("ix_security_group_rules_project", "security_group_rules", ["project_id", "id"])
    op.create_index("ix_security_group_rules_remote", "security_group_rules", ["remote_group_id"])


def _create_subnets() -> None:
    op.create_table(
        "subnets",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("network_id", sa.String(36), sa.ForeignKey("networks.id"), nullable=False),
        sa.Column("ip_version", sa.Integer, nullable=False),
        sa.Column("cidr", sa.String(64), nullable=False),
        sa.Column("gateway_ip", sa.String(64)),
        sa.Column("has_dhcp", sa.Boolean, nullable=False),
        sa.Column("pools", Json, nullable=False),
        sa.Column("dns_servers", Json, nullable=False),
        sa.Column("host_routes", Json, nullable=False),
        sa.Column("ra_mode", sa.String(20)),
        sa.Column("address_mode", sa.String(20)),
        sa.Column("service_types", Json, nullable=False),
    )
    op.create_index("ix_subnets_name", "subnets", ["name"])
    op.create_index("ix_subnets_network", "subnets", ["network_id"])
    op.create_index("ix_subnets_project", "subnets", ["project_id", "id"])


def _create_floating_ips() -> None:
    op.create_table(
        "floating_ips",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("network_id", sa.String(36), sa.ForeignKey("networks.id"), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("own_port_id", sa.String(36), nullable=False),
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id")),
        sa.Column("fixed_ip", sa.String(64)),
        sa.Column("router_id", sa.String(36), sa.ForeignKey("routers.id")),
        sa.Column("status", sa.String(16), nullable=False),
        sa.UniqueConstraint("port_id", "fixed_ip", "network_id", name="uq_floating_ips_fixed"),
    )
    op.create_index("ix_floating_ips_address", "floating_ips", ["address"])
    op.create_index("ix_floating_ips_network", "floating_ips", ["network_id"])
    op.create_index("ix_floating_ips_project", "floating_ips", ["project_id", "id"])
    op.create_index("ix_floating_ips_router", "floating_ips", ["router_id"])


def _create_port_addresses() -> None:
    op.create_table(
        "port_addresses",
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id", ondelete="CASCADE"), nullable=False),
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("subnet_id", sa.String(36), sa.ForeignKey("subnets.id"), nullable=False),
        sa.Column("ip_address", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("position", sa.Integer, nullable=False),
        sa.UniqueConstraint("network_id", "ip_address", name="uq_port_addresses_ip"),
    )
    op.create_index("ix_port_addresses_ip", "port_addresses", ["ip_address"])
    op.create_index("ix_port_addresses_port", "port_addresses", ["port_id"])
    op.create_index("ix_port_addresses_subnet", "port_addresses", ["subnet_id", "number"])


def _create_port_security_groups() -> None:
    op.create_table(
        "port_security_groups",
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("security_group_id", sa.String(36), sa.ForeignKey("security_groups.id"), primary_key=True),
    )
    op.create_index("ix_port_security_groups_group", "port_security_groups", ["security_group_id"])


def downgrade() -> None:
    for table in (
        "port_security_groups",
        "port_addresses",
        "floating_ips",
        "subnets",
        "security_group_rules",
        "routers",
        "ports",
        "security_groups",
        "networks",
        "network_quotas",
        "network_pending",
    ):
        op.drop_table(table)
