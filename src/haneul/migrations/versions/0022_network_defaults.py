"""Topologies made for projects that asked for any, and what operators say of agents."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "auto_topologies",
        sa.Column("project_id", sa.String(255), primary_key=True),
        sa.Column("network_id", sa.String(36), sa.ForeignKey("networks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("router_id", sa.String(36), nullable=False),
    )
    op.create_table(
        "network_agents",
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("description", sa.String(255), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("network_agents")
    op.drop_table("auto_topologies")
