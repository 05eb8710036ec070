"""Which servers, in which order: the filters of a listing as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, func, null, select, type_coerce

from haneul.kit.db import Prepared, among
from haneul.kit.paging import Page, after
from haneul.kit.records import record
from haneul.services.compute.model import Fault, FlavorSnapshot, Lock, Rescue, Server, ServerState
from haneul.services.compute.store.tables import server_metadata, server_tags, servers, tombstones

SORT_COLUMNS = {
    "created_at": servers.c.created_at,
    "updated_at": servers.c.updated_at,
    "launched_at": servers.c.launched_at,
    "display_name": servers.c.name,
    "display_description": servers.c.description,
    "hostname": servers.c.hostname,
    "host": servers.c.host_id,
    "node": servers.c.host_id,
    "uuid": servers.c.id,
    "project_id": servers.c.project_id,
    "user_id": servers.c.user_id,
    "vm_state": servers.c.state,
    "power_state": servers.c.state,
    "task_state": servers.c.state,
    "image_ref": servers.c.image_id,
    "instance_type_id": servers.c.flavor_id,
    "key_name": servers.c.key_name,
    "availability_zone": servers.c.pinned_zone,
    "config_drive": servers.c.has_config_drive,
    "launch_index": servers.c.launch_index,
    "access_ip_v4": servers.c.access_ipv4,
    "access_ip_v6": servers.c.access_ipv6,
    "auto_disk_config": servers.c.disk_config,
    "locked_by": servers.c.reservation_id,
    "root_device_name": servers.c.number,
    "terminated_at": servers.c.number,
    "kernel_id": servers.c.number,
    "ramdisk_id": servers.c.number,
    "progress": servers.c.number,
    "id": servers.c.number,
}
"""Nova's sort keys -> the column; those of which every server has the same value leave the order as it is."""


@dataclass(frozen=True)
class TagFilter:
    """Tags that a server must all have, must have one of, and the opposites."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    not_all: tuple[str, ...] = ()
    not_any: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServerFilter:
    """Which servers: None and empty where it does not matter."""

    project_id: str | None = None
    user_id: str | None = None
    ids: frozenset[str] | None = None
    states: frozenset[ServerState] | None = None
    name_regex: str | None = None
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Column name -> the regular expression that it must fit somewhere."""
    equals: Mapping[str, Any] = field(default_factory=dict)
    """Column name -> the value that it must have."""
    is_locked: bool | None = None
    tags: TagFilter = TagFilter()
    metadata: tuple[tuple[str, str], ...] = ()
    changed_since: datetime | None = None
    changed_before: datetime | None = None


def select_page(wanted: ServerFilter, page: Page, marker: Server | None) -> Select[Any]:
    """One page of the servers that fit, ready to be read."""
    statement = _where(SERVERS, wanted)
    order = [(SORT_COLUMNS[key.name], key.is_descending) for key in page.sort]
    if not order:
        order = [(servers.c.created_at, True)]
    if not any(column is servers.c.number for column, _ in order):
        order.append((servers.c.number, True))
    values = None if marker is None else [_value(marker, column.name) for column, _ in order]
    return after(statement, order, values).limit(page.limit)


def _value(server: Server, column: str) -> Any:
    return server.flavor.id if column == "flavor_id" else getattr(server, column)


def _where(statement: Select[Any], wanted: ServerFilter) -> Select[Any]:
    columns = servers.c
    conditions = [columns[name] == value for name, value in wanted.equals.items()]
    conditions += [columns[name].regexp_match(pattern) for name, pattern in wanted.patterns.items()]
    if wanted.project_id is not None:
        conditions.append(columns.project_id == wanted.project_id)
    if wanted.user_id is not None:
        conditions.append(columns.user_id == wanted.user_id)
    if wanted.ids is not None:
        conditions.append(columns.id.in_(wanted.ids))
    if wanted.states is not None:
        conditions.append(columns.state.in_([state.value for state in wanted.states]))
    if wanted.is_locked is not None:
        conditions.append(columns.lock.is_not(None) if wanted.is_locked else columns.lock.is_(None))
    if wanted.changed_since is not None:
        conditions.append(columns.updated_at >= wanted.changed_since)
    if wanted.changed_before is not None:
        conditions.append(columns.updated_at <= wanted.changed_before)
    conditions += [columns.id.in_(_with_metadata(key, value)) for key, value in wanted.metadata]
    return statement.where(*conditions, *_tagged(wanted.tags))


def _with_metadata(key: str, value: str) -> Select[Any]:
    return select(server_metadata.c.server_id).where(server_metadata.c.key == key, server_metadata.c.value == value)


def _tagged(tags: TagFilter) -> list[Any]:
    conditions: list[Any] = []
    if tags.all:
        conditions.append(servers.c.id.in_(_with_all(tags.all)))
    if tags.any:
        conditions.append(servers.c.id.in_(_with_any(tags.any)))
    if tags.not_all:
        conditions.append(servers.c.id.not_in(_with_all(tags.not_all)))
    if tags.not_any:
        conditions.append(servers.c.id.not_in(_with_any(tags.not_any)))
    return conditions


def _with_any(tags: tuple[str, ...]) -> Select[Any]:
    return select(server_tags.c.server_id).where(server_tags.c.tag.in_(tags))


def _with_all(tags: tuple[str, ...]) -> Select[Any]:
    return _with_any(tags).group_by(server_tags.c.server_id).having(func.count() == len(set(tags)))


def select_tombstones(wanted: ServerFilter) -> Select[Any]:
    statement = select(tombstones.c.server).order_by(tombstones.c.deleted_at.desc())
    if wanted.project_id is not None:
        statement = statement.where(tombstones.c.project_id == wanted.project_id)
    if wanted.ids is not None:
        statement = statement.where(tombstones.c.id.in_(wanted.ids))
    if wanted.changed_since is not None:
        statement = statement.where(tombstones.c.deleted_at >= wanted.changed_since)
    if wanted.changed_before is not None:
        statement = statement.where(tombstones.c.deleted_at <= wanted.changed_before)
    return statement


def read_server(c: Connection, server_id: str) -> Server | None:
    return next(iter(_complete(c, _BY_ID.rows(c, server_id=server_id))), None)


def read_servers(c: Connection, statement: Select[Any]) -> list[Server]:
    """The servers of a statement that begins with SERVERS, with metadata and tags: three queries in all."""
    return _complete(c, c.execute(statement).all())


def _complete(c: Connection, rows: Sequence[Any]) -> list[Server]:
    metadata: dict[str, dict[str, str]] = {}
    tags: dict[str, list[str]] = {}
    if rows:
        ids = [row[0] for row in rows]
        for server_id, key, value in _METADATA.rows(c, ids=ids):
            metadata.setdefault(server_id, {})[key] = value
        for server_id, tag in _TAGS.rows(c, ids=ids):
            tags.setdefault(server_id, []).append(tag)
    return [_server(row, metadata.get(row[0], {}), tuple(tags.get(row[0], ()))) for row in rows]


_TYPED = frozenset({"flavor", "lock", "fault", "rescue"})
"""Columns of JSON that is read as what it is, not as dictionaries."""
_HUNG_ON = frozenset({"metadata", "tags"})
_FIELDS = tuple(field.name for field in fields(Server) if field.name not in _HUNG_ON)


def _column(name: str) -> ColumnElement[Any]:
    if name not in servers.c:
        return null().label(name)
    return type_coerce(servers.c[name], Text) if name in _TYPED else servers.c[name]


SERVERS = select(*map(_column, _FIELDS))
"""Every server, ready to be read."""
_BY_ID = Prepared(SERVERS.where(servers.c.id == bindparam("server_id")))
_METADATA = Prepared(
    select(*server_metadata.c).where(among(server_metadata.c.server_id)).order_by(server_metadata.c.key)
)
_TAGS = Prepared(
    select(server_tags.c.server_id, server_tags.c.tag)
    .where(among(server_tags.c.server_id))
    .order_by(server_tags.c.position)
)
_STATES = {state.value: state for state in ServerState}
_read_flavor = lru_cache(1024)(msgspec.json.Decoder(FlavorSnapshot).decode)
"""Servers of one flavor share it: it is frozen."""
_OPTIONAL = tuple(
    (name, msgspec.json.Decoder(kind).decode) for name, kind in (("lock", Lock), ("fault", Fault), ("rescue", Rescue))
)


def _server(row: Any, metadata: dict[str, str], tags: tuple[str, ...]) -> Server:
    values = dict(zip(_FIELDS, row, strict=True))
    values["state"] = _STATES[values["state"]]
    values["flavor"] = _read_flavor(values["flavor"])
    for name, read in _OPTIONAL:
        if values[name] is not None:
            values[name] = read(values[name])
    values["metadata"], values["tags"] = metadata, tags
    return record(Server, values)
