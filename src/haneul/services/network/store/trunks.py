"""Rows of trunks and their subports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, PreparedList, among
from haneul.kit.errors import Conflict
from haneul.services.network.model.trunks import SubPort, Trunk
from haneul.services.network.store.rows import Rows, Scope, chunked, grouped
from haneul.services.network.store.tables import ports, subports, trunks


class TrunkRows(Rows[Trunk]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, trunks, Trunk)
        self._of_parents = Prepared(select(*self._columns).where(among(trunks.c.port_id)))

    def seen_by(self, project_id: str) -> Scope:
        return trunks.c.project_id == project_id

    def add(self, noun: Trunk) -> None:
        """Raises Conflict `trunk.parent_in_use`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise parent_in_use(noun.port_id) from error

    def add_subports(self, trunk: Trunk, new: Iterable[SubPort]) -> None:
        """Raises Conflict `trunk.tag_in_use` where one of them, or its tag, is taken in this moment."""
        rows = [{"port_id": each.port_id, "trunk_id": trunk.id, "tag": each.tag} for each in new]
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    if rows:
                        connection.execute(insert(subports), rows)
            except IntegrityError as error:
                raise Conflict(
                    "trunk.tag_in_use", f"A subport of trunk {trunk.id} or its tag is in use: choose another."
                ) from error

    def remove_subports(self, port_ids: Iterable[str]) -> None:
        with self.db.write() as connection:
            for some in chunked(port_ids):
                _REMOVE_SUBPORTS.run(connection, some)

    def of_parent(self, port_id: str) -> Trunk | None:
        """The trunk whose port it is."""
        return self.by_parents([port_id]).get(port_id)

    def parents(self, port_ids: Iterable[str]) -> dict[str, tuple[str, int]]:
        """Of those that are subports: the port that carries them, and the tag."""
        found: dict[str, tuple[str, int]] = {}
        with self.db.read() as connection:
            for some in chunked(port_ids):
                found |= {row[0]: (row[1], row[2]) for row in _PARENTS.rows(connection, some)}
        return found

    def by_parents(self, port_ids: Iterable[str]) -> dict[str, Trunk]:
        """By the port whose trunk it is."""
        with self.db.read() as connection:
            found = self._nouns(connection, self._of_parents.rows(connection, ids=list(port_ids)))
        return {trunk.port_id: trunk for trunk in found}

    def _complete(self, connection: Connection, found: list[Trunk]) -> list[Trunk]:
        by_trunk: dict[str, list[Any]] = {}
        for some in chunked(each.id for each in found):
            columns = (subports.c.trunk_id, subports.c.port_id, subports.c.tag, ports.c.mac_address)
            joined = subports.join(ports, ports.c.id == subports.c.port_id)
            chosen = select(*columns).select_from(joined).where(subports.c.trunk_id.in_(some)).order_by(subports.c.tag)
            by_trunk |= grouped(connection.execute(chosen), lambda row: row[0], lambda row: SubPort(*row[1:]))
        statuses: dict[str, str] = {}
        for some in chunked(each.port_id for each in found):
            rows = connection.execute(select(ports.c.id, ports.c.status).where(ports.c.id.in_(some)))
            statuses |= {row[0]: row[1] for row in rows}
        return [
            replace(each, sub_ports=tuple(by_trunk.get(each.id, ())), status=statuses.get(each.port_id, "DOWN"))
            for each in found
        ]


_REMOVE_SUBPORTS = PreparedList(lambda port_ids: delete(subports).where(subports.c.port_id.in_(port_ids)))
_PARENTS = PreparedList(
    lambda port_ids: (
        select(subports.c.port_id, trunks.c.port_id, subports.c.tag)
        .select_from(subports.join(trunks, trunks.c.id == subports.c.trunk_id))
        .where(subports.c.port_id.in_(port_ids))
    )
)


def parent_in_use(port_id: str) -> Conflict:
    return Conflict("trunk.parent_in_use", f"Port {port_id} is a trunk parent port already: use that trunk.")
