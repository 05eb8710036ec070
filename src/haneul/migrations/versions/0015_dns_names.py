"""Domains of ports, names of floating IPs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NEW = (("ports", "dns_domain"), ("floating_ips", "dns_name"), ("floating_ips", "dns_domain"))


def upgrade() -> None:
    for table, column in _NEW:
        op.add_column(table, sa.Column(column, sa.String(255), nullable=False, server_default=""))


def downgrade() -> None:
    for table, column in _NEW:
        op.drop_column(table, column)
