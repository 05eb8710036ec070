"""The tables of the audit log."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from haneul.kit.db import Timestamp

METADATA = MetaData()

audit_records = Table(
    "audit_records",
    METADATA,
    Column("replica", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Timestamp, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("user_name", String(255), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("token_id", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("api", String(32), nullable=False),
    Column("operation", String(64), nullable=False),
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)
Index("audit_by_time", audit_records.c.at, audit_records.c.replica, audit_records.c.number)
Index("audit_by_user", audit_records.c.user_id, audit_records.c.at)
Index("audit_by_project", audit_records.c.project_id, audit_records.c.at)
Index("audit_by_request", audit_records.c.request_id)

audit_anchors = Table(
    "audit_anchors",
    METADATA,
    # What a chain begins after, since what was before it has been forgotten.
    Column("replica", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("proof", String(64), nullable=False),
)
