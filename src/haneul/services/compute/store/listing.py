"""Which servers, in which order: the filters of a listing as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, select

from haneul.kit.db import Prepared, PreparedList
from haneul.kit.paging import Page, after
from haneul.services.compute.model import Fault, FlavorSnapshot, Lock, Rescue, Server, ServerId, ServerState
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
    statement = _where(select(servers), wanted)
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


_BY_ID = Prepared(select(servers).where(servers.c.id == bindparam("server_id")))
_METADATA = PreparedList(
    lambda ids: select(server_metadata).where(server_metadata.c.server_id.in_(ids)).order_by(server_metadata.c.key)
)
_TAGS = PreparedList(
    lambda ids: select(server_tags).where(server_tags.c.server_id.in_(ids)).order_by(server_tags.c.position)
)


def read_server(c: Connection, server_id: str) -> Server | None:
    return next(iter(_complete(c, _BY_ID.rows(c, server_id=server_id))), None)


def read_servers(c: Connection, statement: Select[Any]) -> list[Server]:
    """The servers of a statement on their table, with metadata and tags: three queries in all."""
    return _complete(c, c.execute(statement).all())


def _complete(c: Connection, rows: Sequence[Any]) -> list[Server]:
    ids = [row.id for row in rows]
    metadata: dict[str, dict[str, str]] = {}
    tags: dict[str, list[str]] = {}
    for row in _METADATA.rows(c, ids):
        metadata.setdefault(row.server_id, {})[row.key] = row.value
    for row in _TAGS.rows(c, ids):
        tags.setdefault(row.server_id, []).append(row.tag)
    return [_server(row, metadata.get(row.id, {}), tuple(tags.get(row.id, ()))) for row in rows]


_NAMES = tuple(servers.c.keys())
_DERIVED = frozenset({"flavor_id", "vcpus", "memory_mib", "disk_gib"})


def _server(row: Any, metadata: dict[str, str], tags: tuple[str, ...]) -> Server:
    values = {name: value for name, value in zip(_NAMES, row, strict=True) if name not in _DERIVED}
    values["id"] = ServerId(row.id)
    values["state"] = ServerState(row.state)
    values["flavor"] = msgspec.convert(row.flavor, FlavorSnapshot)
    values["lock"] = None if row.lock is None else msgspec.convert(row.lock, Lock)
    values["rescue"] = None if row.rescue is None else msgspec.convert(row.rescue, Rescue)
    values["fault"] = None if row.fault is None else msgspec.convert(row.fault, Fault)
    return Server(**values, metadata=metadata, tags=tags)
