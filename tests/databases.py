"""The databases that tests run on: SQLite, or databases on the PostgreSQL server that `pytest --postgres` starts."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import deque
from pathlib import Path

import psycopg
from sqlalchemy import MetaData

from haneul.kit.db import Database

SERVER = "HANEUL_TEST_POSTGRES"
"""The variable with the folder of the server's socket."""
_KEPT = 4
"""So many databases of past tests a process leaves on the server."""
_numbers = itertools.count()
_templates: dict[tuple[int, ...], str] = {}
_past: deque[str] = deque()


def on_postgres() -> bool:
    return SERVER in os.environ


def fresh(*metadata: MetaData, url: str = "sqlite://") -> Database:
    """An empty database with these tables; on SQLite at `url`."""
    if on_postgres():
        return Database(_url(_copy(_template(metadata), f"fresh_{os.getpid()}_{next(_numbers)}")))
    db = Database(url)
    for tables in metadata:
        tables.create_all(db.engine)
    return db


def url_of(state: Path) -> str:
    """The setting `database_url` of a cloud with this state directory."""
    if not on_postgres():
        return ""
    name = _name_of(state)
    if not _administer("SELECT 1 FROM pg_database WHERE datname = %s", name):
        _administer(f'CREATE DATABASE "{name}"')
    return _url(name)


def clone(source: Path, target: Path) -> None:
    """The database of the cloud in `source` once more for the one in `target`; nobody is connected to it."""
    if on_postgres():
        _copy(_name_of(source), _name_of(target))


def _template(metadata: tuple[MetaData, ...]) -> str:
    """A database with these tables, made once per process."""
    key = tuple(map(id, metadata))
    if key not in _templates:
        name = f"template_{os.getpid()}_{len(_templates)}"
        _administer(f'CREATE DATABASE "{name}"')
        db = Database(_url(name))
        for tables in metadata:
            tables.create_all(db.engine)
        db.close()
        _templates[key] = name
    return _templates[key]


def _copy(template: str, name: str) -> str:
    while len(_past) >= _KEPT:
        _administer(f'DROP DATABASE IF EXISTS "{_past.popleft()}" WITH (FORCE)')
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    _past.append(name)
    return name


def _name_of(state: Path) -> str:
    return "cloud_" + hashlib.sha256(str(state).encode()).hexdigest()[:24]


def _url(name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={os.environ[SERVER]}"


def _administer(statement: str, *values: str) -> bool:
    """Whether the server answers with a row."""
    options = f"host={os.environ[SERVER]} user=postgres dbname=postgres"
    with psycopg.connect(options, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values)
        return cursor.description is not None and cursor.fetchone() is not None
