"""Rows of servers, what they were asked to be, and the tombstones of those that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select, type_coerce, update

from haneul.kit.db import Database, Prepared, among, inserting, updating
from haneul.kit.errors import Conflict, NotFound
from haneul.kit.keyring import Keyring
from haneul.kit.paging import Page
from haneul.services.compute.model import (
    Fault,
    FlavorSnapshot,
    LocalDisk,
    Server,
    ServerBirth,
    ServerId,
    ServerState,
    may_move,
)
from haneul.services.compute.store.listing import (
    SERVERS,
    ServerFilter,
    read_server,
    read_servers,
    select_page,
    select_tombstones,
)
from haneul.services.compute.store.tables import server_births, server_metadata, server_tags, servers, tombstones

_ADD = inserting(servers, (column.name for column in servers.c if column.name != "number"))
_ADD_BIRTH = inserting(server_births, server_births.c.keys())
_ADD_METADATA = inserting(server_metadata, server_metadata.c.keys())
_ADD_TAG = inserting(server_tags, server_tags.c.keys())
_BIRTH = Prepared(select(server_births.c.birth).where(server_births.c.server_id == bindparam("server_id")))
_REMOVE = Prepared(delete(servers).where(servers.c.id == bindparam("server_id")))
_BURY = inserting(tombstones, ("id", "project_id", "created_at", "deleted_at", "server"))


@cache
def _change(names: tuple[str, ...]) -> Prepared:
    """Sets these columns of a server, and when it was changed."""
    return updating(servers, servers.c.id, ("updated_at", *names))


def _metadata_rows(server_id: str, metadata: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"server_id": server_id, "key": key, "value": value} for key, value in metadata.items()]


def _tag_rows(server_id: str, tags: Iterable[str]) -> list[dict[str, Any]]:
    return [{"server_id": server_id, "tag": tag, "position": n} for n, tag in enumerate(tags)]


class ServerStore:
    def __init__(self, db: Database, vault: Keyring) -> None:
        """`vault` seals the passwords that servers are born with."""
        self.db = db
        self._vault = vault

    def get(self, server_id: str) -> Server:
        """Raises NotFound("server.absent")."""
        found = self.find(server_id)
        if found is None:
            raise absent(server_id)
        return found

    def find(self, server_id: str) -> Server | None:
        with self.db.read() as c:
            return read_server(c, server_id)

    def list(self, wanted: ServerFilter, page: Page, marker: Server | None = None) -> Sequence[Server]:
        """In the order of `page.sort` (default: the newest first), after the server `marker`."""
        with self.db.read() as c:
            return read_servers(c, select_page(wanted, page, marker))

    def list_ids(self) -> dict[str, str | None]:
        """Every server's id and the host that it is on."""
        with self.db.read() as c:
            return {row.id: row.host_id for row in c.execute(select(servers.c.id, servers.c.host_id))}

    def hosts_of(self, server_ids: Sequence[str], project_id: str) -> dict[str, str | None]:
        """By server of the project: the host that it is on."""
        mine = (servers.c.project_id == project_id) & servers.c.id.in_(server_ids)
        with self.db.read() as c:
            return {row.id: row.host_id for row in c.execute(select(servers.c.id, servers.c.host_id).where(mine))}

    def list_rescued(self) -> Sequence[str]:
        """The ids of those that have a rescue disk, or shall get one."""
        with self.db.read() as c:
            return list(c.scalars(select(servers.c.id).where(servers.c.rescue.is_not(None))))

    def names_by_host(self) -> dict[str, Sequence[tuple[str, str]]]:
        """By host: id and name of each of its servers, the oldest first."""
        wanted = select(servers.c.host_id, servers.c.id, servers.c.name).where(servers.c.host_id.is_not(None))
        found: dict[str, Sequence[tuple[str, str]]] = {}
        with self.db.read() as c:
            for host_id, rows in groupby(
                c.execute(wanted.order_by(servers.c.host_id, servers.c.number)), itemgetter(0)
            ):
                found[host_id] = [(row.id, row.name) for row in rows]
        return found

    def list_on(self, host_id: str) -> Sequence[Server]:
        with self.db.read() as c:
            return read_servers(c, SERVERS.where(servers.c.host_id == host_id))

    def count_building(self) -> dict[str, int]:
        """By host: how many servers are being built on it."""
        wanted = select(servers.c.host_id, func.count()).where(servers.c.state == ServerState.BUILDING.value)
        with self.db.read() as c:
            return {row[0]: row[1] for row in c.execute(wanted.group_by(servers.c.host_id)) if row[0]}

    def find_by_host(self, host_id: str) -> str | None:
        """The id of some server on the host."""
        with self.db.read() as c:
            return c.scalar(select(servers.c.id).where(servers.c.host_id == host_id).limit(1))

    def add(self, server: Server, birth: ServerBirth) -> None:
        with self.db.write() as c:
            _ADD.run(c, **_values(server))
            _ADD_BIRTH.run(c, server_id=server.id, birth=self._sealed(birth, server.created_at))
            _ADD_METADATA.run_each(c, _metadata_rows(server.id, server.metadata))
            _ADD_TAG.run_each(c, _tag_rows(server.id, server.tags))

    def birth(self, server_id: str) -> ServerBirth:
        """Raises NotFound("server.absent")."""
        with self.db.read() as c:
            found = _BIRTH.scalar(c, server_id=server_id)
        if found is None:
            raise absent(server_id)
        return self._opened(found)

    def set_birth(self, server_id: str, birth: ServerBirth, now: datetime) -> None:
        sealed = self._sealed(birth, now)
        with self.db.write() as c:
            c.execute(update(server_births).where(server_births.c.server_id == server_id).values(birth=sealed))

    def user_data(self, server_ids: Sequence[str]) -> dict[str, str]:
        """By server, of those that were given some: base64, as it was given."""
        with self.db.read() as c:
            rows = _BIRTHS.rows(c, ids=server_ids)
        return {server_id: data for server_id, birth in rows if (data := _read_user_data(birth).user_data)}

    def _sealed(self, birth: ServerBirth, now: datetime) -> ServerBirth:
        if not birth.admin_password:
            return birth
        return replace(birth, admin_password=self._vault.seal(birth.admin_password.encode(), now).decode())

    def _opened(self, row: Any) -> ServerBirth:
        birth = msgspec.convert(row, ServerBirth)
        opened = self._vault.open(birth.admin_password.encode()) if birth.admin_password else b""
        return replace(birth, admin_password=(opened or b"").decode())

    def move(self, server_id: str, state: ServerState, now: datetime, fault: Fault | None = None) -> Server:
        """The only way to a new state. Clears the fault, or sets the one given.

        Raises Conflict("server.state") for a move that is not in the table and NotFound("server.absent").
        """
        with self.db.write():
            server = self.get(server_id)
            if not may_move(server.state, state):
                raise Conflict(
                    "server.state", f"Server {server_id} cannot go from {server.state} to {state}: look at it again."
                )
            kept = server.fault if state is ServerState.DELETING else fault
            self.change(server_id, now, state=state.value, fault=kept)
            return replace(server, state=state, fault=kept, updated_at=now)

    def change(self, server_id: str, now: datetime, **values: Any) -> None:
        """Set columns other than the state's owner would: use `move` for that one."""
        with self.db.write() as c:
            _change(tuple(values)).run(c, of=server_id, updated_at=now, **values)

    def set_flavor(
        self,
        server_id: str,
        flavor: FlavorSnapshot,
        local_disks: tuple[LocalDisk, ...],
        host_id: str,
        now: datetime,
    ) -> None:
        """Another size, and perhaps another host; its disks beside the root disk as the flavor has them."""
        with self.db.write():
            self.change(server_id, now, host_id=host_id, **_of_flavor(flavor))
            birth = self.birth(server_id)
            if local_disks != birth.local_disks:
                self.set_birth(server_id, replace(birth, local_disks=local_disks), now)

    def list_set_aside(self, state: ServerState, before: datetime) -> Sequence[str]:
        """The ids of servers that have been shelved, or softly deleted, since before then."""
        wanted = select(servers.c.id).where(servers.c.set_aside_at <= before, servers.c.state == state.value)
        with self.db.read() as c:
            return list(c.scalars(wanted))

    def set_metadata(self, server_id: str, metadata: Mapping[str, str]) -> None:
        """Replace all of it."""
        with self.db.write() as c:
            c.execute(delete(server_metadata).where(server_metadata.c.server_id == server_id))
            _ADD_METADATA.run_each(c, _metadata_rows(server_id, metadata))

    def set_tags(self, server_id: str, tags: Iterable[str]) -> None:
        """Replace all of them, keeping this order."""
        with self.db.write() as c:
            c.execute(delete(server_tags).where(server_tags.c.server_id == server_id))
            _ADD_TAG.run_each(c, _tag_rows(server_id, tags))

    def bury(self, server_id: str, now: datetime) -> None:
        """Remove the row and all that hangs on it, leaving a tombstone. Fine if it is gone."""
        with self.db.write() as c:
            server = self.find(server_id)
            if server is None:
                return
            gone = replace(server, state=ServerState.DELETED, terminated_at=now, updated_at=now, fault=None)
            _REMOVE.run(c, server_id=server_id)
            _BURY.run(
                c,
                id=gone.id,
                project_id=gone.project_id,
                created_at=gone.created_at,
                deleted_at=now,
                server=msgspec.to_builtins(gone),
            )

    def find_buried(self, server_id: str) -> Server | None:
        with self.db.read() as c:
            found = c.scalar(select(tombstones.c.server).where(tombstones.c.id == server_id))
        return None if found is None else msgspec.convert(found, Server)

    def list_buried(self, wanted: ServerFilter, limit: int | None = None) -> Sequence[Server]:
        """The servers that are gone, the last first: of the filter, only project, names and times count."""
        with self.db.read() as c:
            found = c.scalars(select_tombstones(wanted).limit(limit))
            return [msgspec.convert(each, Server) for each in found]

    def forget_buried(self, before: datetime) -> int:
        """Clear away tombstones older than this; how many."""
        with self.db.write() as c:
            return c.execute(delete(tombstones).where(tombstones.c.deleted_at < before)).rowcount


class _Given(msgspec.Struct):
    """Of what a server was asked to be: what its owner gave the guest to read."""

    user_data: str = ""


_WITHOUT_USER_DATA = '{"user_data":""'
"""How a birth begins that has none; one of an older release begins otherwise, and has to be read."""
_birth_text = type_coerce(server_births.c.birth, Text)
_BIRTHS = Prepared(
    select(server_births.c.server_id, _birth_text).where(
        among(server_births.c.server_id),
        func.substr(_birth_text, 1, len(_WITHOUT_USER_DATA)) != _WITHOUT_USER_DATA,
    )
)
_read_user_data = msgspec.json.Decoder(_Given).decode


def absent(server_id: str) -> NotFound:
    return NotFound("server.absent", f"Instance {server_id} could not be found.")


def _of_flavor(flavor: FlavorSnapshot) -> dict[str, Any]:
    return {
        "flavor": flavor,
        "flavor_id": flavor.id,
        "vcpus": flavor.vcpus,
        "memory_mib": flavor.memory_mib,
        "disk_gib": flavor.disk_gib + flavor.ephemeral_gib,
    }


def _values(server: Server) -> dict[str, Any]:
    derived = {**_of_flavor(server.flavor), "state": server.state.value}
    plain = {c.name: getattr(server, c.name) for c in servers.columns if c.name not in derived and c.name != "number"}
    return {**plain, **derived, "id": ServerId(server.id)}
