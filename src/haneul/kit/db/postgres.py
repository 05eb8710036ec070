"""Connections to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext

from haneul.kit.errors import Unavailable

_WRITERS = 0x68616E65756C
"""The advisory lock that writers take turns by; "haneul" in ASCII."""
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({_WRITERS})"
_POOL = 8
_DISK_FULL = "53100"
"""SQLSTATE disk_full."""


def open_postgres(url: str) -> Engine:
    """`url` is postgresql+psycopg://...; connections are made when they are needed."""
    engine = create_engine(url, pool_size=_POOL, max_overflow=_POOL, connect_args={"connect_timeout": 5})

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.info.get("immediate"):
            connection.exec_driver_sql(_TAKE_TURN)

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        server = f"PostgreSQL at {engine.url.host or engine.url.query.get('host', 'its socket')}"
        if context.is_disconnect or context.connection is None:
            raise Unavailable("database.away", f"{server} cannot be reached. Ask again in a moment")
        if getattr(context.original_exception, "sqlstate", None) == _DISK_FULL:
            raise Unavailable("database.full", f"Free space on the disk of {server}, then ask again: it is full")

    return engine


def consistent_reads(engine: Engine) -> Engine:
    """The same connections for reading: all statements of a transaction see one state."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
