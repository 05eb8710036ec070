"""Rows of server groups and of who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, true

from haneul.kit.db import Database, Prepared, among
from haneul.services.compute.model import GroupPolicy, ServerGroup
from haneul.services.compute.store.tables import server_group_members, server_groups, servers

_members = server_group_members.c
_OF_SERVERS = Prepared(select(_members.server_id, _members.group_id).where(among(_members.server_id)))


class GroupStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, group_id: str, *, for_update: bool = False) -> ServerGroup | None:
        """`for_update` keeps others from placing members meanwhile."""
        wanted = select(server_groups).where(server_groups.c.id == group_id)
        found = self._load(wanted.with_for_update() if for_update else wanted)
        return found[0] if found else None

    def list(self, project_id: str | None, limit: int | None = None, offset: int = 0) -> Sequence[ServerGroup]:
        """The project's or everybody's, the oldest first."""
        mine: ColumnElement[bool] = true() if project_id is None else server_groups.c.project_id == project_id
        order = (server_groups.c.created_at, server_groups.c.id)
        return self._load(select(server_groups).where(mine).order_by(*order).limit(limit).offset(offset))

    def count(self, project_id: str) -> int:
        wanted = select(func.count()).select_from(server_groups).where(server_groups.c.project_id == project_id)
        with self.db.read() as c:
            return c.scalar(wanted) or 0

    def add(self, group: ServerGroup) -> None:
        values = {column.name: getattr(group, column.name) for column in server_groups.columns}
        with self.db.write() as c:
            c.execute(insert(server_groups).values(values | {"policy": group.policy.value}))

    def remove(self, group_id: str) -> None:
        """Its servers stay."""
        with self.db.write() as c:
            c.execute(delete(server_groups).where(server_groups.c.id == group_id))

    def join(self, group_id: str, server_id: str) -> None:
        with self.db.write() as c:
            c.execute(insert(server_group_members).values(group_id=group_id, server_id=server_id))

    def of_servers(self, server_ids: Sequence[str]) -> dict[str, str]:
        """By server: the id of the group that it is in."""
        with self.db.read() as c:
            return {row.server_id: row.group_id for row in _OF_SERVERS.rows(c, ids=list(server_ids))}

    def hosts(self, group_id: str) -> dict[str, int]:
        """By host: how many members of the group it has."""
        joined = server_group_members.join(servers, servers.c.id == server_group_members.c.server_id)
        wanted = (
            select(servers.c.host_id, func.count())
            .select_from(joined)
            .where(server_group_members.c.group_id == group_id, servers.c.host_id.is_not(None))
            .group_by(servers.c.host_id)
        )
        with self.db.read() as c:
            return {row[0]: row[1] for row in c.execute(wanted)}

    def _load(self, statement: Select[Any]) -> Sequence[ServerGroup]:
        with self.db.read() as c:
            rows = c.execute(statement).all()
            wanted = select(server_group_members).where(server_group_members.c.group_id.in_([row.id for row in rows]))
            members: dict[str, tuple[str, ...]] = {}
            for member in c.execute(wanted.order_by(server_group_members.c.server_id)) if rows else ():
                members[member.group_id] = (*members.get(member.group_id, ()), member.server_id)
        return [
            ServerGroup(**row._asdict() | {"policy": GroupPolicy(row.policy)}, members=members.get(row.id, ()))
            for row in rows
        ]
