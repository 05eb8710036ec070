"""Networks and security groups that projects share: one row for each who may use them."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

GRANTS = sa.table(
    "network_grants",
    *(sa.column(name) for name in ("id", "project_id", "object_type", "object_id", "action", "target_project")),
    sa.column("revision_number"),
)
NETWORKS = sa.table(
    "networks",
    *(sa.column(name) for name in ("id", "project_id")),
    *(sa.column(name, sa.Boolean) for name in ("is_shared", "is_external")),
)


def upgrade() -> None:
    op.create_table(
        "network_grants",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("target_project", sa.String(255), nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("object_id", "object_type", "action", "target_project", name="uq_network_grants_target"),
    )
    op.create_index("ix_network_grants_project", "network_grants", ["project_id", "id"])
    op.create_index("ix_network_grants_target", "network_grants", ["target_project", "object_type", "object_id"])
    for column, action in (("is_shared", "access_as_shared"), ("is_external", "access_as_external")):
        _grant(column, action)
    op.drop_index("ix_networks_shared", "networks")
    op.drop_column("networks", "is_shared")


def _grant(column: str, action: str) -> None:
    """Everybody may use the networks of which the column says so."""
    connection = op.get_bind()
    wanted = sa.select(NETWORKS.c.id, NETWORKS.c.project_id).where(NETWORKS.c[column])
    for network_id, project_id in connection.execute(wanted).all():
        row = {
            "id": str(uuid.uuid4()),
            "project_id": project_id,
            "object_type": "network",
            "object_id": network_id,
            "action": action,
            "target_project": "*",
            "revision_number": 0,
        }
        connection.execute(sa.insert(GRANTS).values(row))


def downgrade() -> None:
    op.add_column("networks", sa.Column("is_shared", sa.Boolean, nullable=False, server_default=sa.false()))
    shared = sa.select(GRANTS.c.object_id).where(
        GRANTS.c.object_type == "network", GRANTS.c.action == "access_as_shared", GRANTS.c.target_project == "*"
    )
    op.get_bind().execute(sa.update(NETWORKS).where(NETWORKS.c.id.in_(shared)).values(is_shared=True))
    op.create_index("ix_networks_shared", "networks", ["is_shared"])
    op.drop_table("network_grants")
