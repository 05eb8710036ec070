"""Rows of hosts and of the permissions to join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from haneul.hostapi import HostInventory
from haneul.kit.db import Database, Prepared, among
from haneul.services.compute.model import Host, HostGlance, HostId
from haneul.services.compute.store.tables import hosts, join_grants, servers

_GLANCES = Prepared(select(*(hosts.c[field.name] for field in fields(HostGlance))).where(among(hosts.c.id)))
_BY_ID = Prepared(select(hosts).where(hosts.c.id == bindparam("host_id")))


class HostStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, host_id: str) -> Host | None:
        with self.db.read() as c:
            row = _BY_ID.first(c, host_id=host_id)
        return None if row is None else _host(row)

    def find_by_name(self, name: str) -> Host | None:
        return self._find(hosts.c.name == name)

    def find_by_number(self, number: int) -> Host | None:
        return self._find(hosts.c.number == number)

    def _find(self, condition: Any) -> Host | None:
        with self.db.read() as c:
            row = c.execute(select(hosts).where(condition)).first()
        return None if row is None else _host(row)

    def list(self) -> Sequence[Host]:
        """All, in the order in which they joined."""
        with self.db.read() as c:
            return [_host(row) for row in c.execute(select(hosts).order_by(hosts.c.number))]

    def glances(self, host_ids: Iterable[str]) -> dict[str, HostGlance]:
        """By id, of those that there are."""
        with self.db.read() as c:
            rows = _GLANCES.rows(c, ids=list(host_ids))
        return {row[0]: HostGlance(*row) for row in rows}

    def add(self, host_id: str, name: str, now: datetime) -> None:
        with self.db.write() as c:
            c.execute(
                insert(hosts).values(id=host_id, name=name, joined_at=now, is_disabled=False, is_forced_down=False)
            )

    def see(self, inventory: HostInventory, now: datetime) -> None:
        """Note what the host reported."""
        with self.db.write() as c:
            c.execute(
                update(hosts)
                .where(hosts.c.id == inventory.host_id)
                .values(inventory=inventory, name=inventory.hostname, seen_at=now)
            )

    def touch(self, host_ids: Sequence[str], now: datetime) -> None:
        """Note that these hosts are connected."""
        with self.db.write() as c:
            c.execute(update(hosts).where(hosts.c.id.in_(host_ids)).values(seen_at=now))

    def change(self, host_id: str, now: datetime, **values: Any) -> None:
        """Set columns as the administrator wants them."""
        with self.db.write() as c:
            c.execute(update(hosts).where(hosts.c.id == host_id).values(updated_at=now, **values))

    def remove(self, host_id: str) -> None:
        with self.db.write() as c:
            c.execute(delete(hosts).where(hosts.c.id == host_id))

    def count_servers(self) -> dict[str, tuple[int, int, int, int]]:
        """By host: how many servers, their vCPUs, MiB of memory and GiB of disk in all."""
        sums = (func.sum(servers.c.vcpus), func.sum(servers.c.memory_mib), func.sum(servers.c.disk_gib))
        wanted = (
            select(servers.c.host_id, func.count(), *sums)
            .where(servers.c.host_id.is_not(None))
            .group_by(servers.c.host_id)
        )
        with self.db.read() as c:
            return {row[0]: (row[1], row[2], row[3], row[4]) for row in c.execute(wanted)}

    def add_grant(self, grant_id: str, secret_hash: str, expires_at: datetime) -> None:
        with self.db.write() as c:
            c.execute(insert(join_grants).values(id=grant_id, secret_hash=secret_hash, expires_at=expires_at))

    def use_grant(self, secret_hash: str, now: datetime) -> bool:
        """True once for a secret that is known and young enough; clears away what is too old."""
        with self.db.write() as c:
            c.execute(delete(join_grants).where(join_grants.c.expires_at <= now))
            return c.execute(delete(join_grants).where(join_grants.c.secret_hash == secret_hash)).rowcount > 0


def _host(row: Row[Any]) -> Host:
    return Host(
        id=HostId(row.id),
        number=row.number,
        name=row.name,
        joined_at=row.joined_at,
        inventory=None if row.inventory is None else msgspec.convert(row.inventory, HostInventory),
        seen_at=row.seen_at,
        is_disabled=row.is_disabled,
        disabled_reason=row.disabled_reason,
        is_forced_down=row.is_forced_down,
        updated_at=row.updated_at,
    )
