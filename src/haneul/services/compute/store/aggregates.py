"""Rows of aggregates, of what is said about them, and of the hosts in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from haneul.kit.db import Database, Prepared, among
from haneul.services.compute.model import ZONE_KEY, Aggregate
from haneul.services.compute.store.tables import aggregate_hosts, aggregate_metadata, aggregates, hosts

_is_zone = (aggregate_metadata.c.aggregate == aggregate_hosts.c.aggregate) & (aggregate_metadata.c.key == ZONE_KEY)
_zones = select(aggregate_hosts.c.host_id, aggregate_metadata.c.value).join(aggregate_metadata, _is_zone)
_ZONES = Prepared(_zones)
_ZONES_OF = Prepared(_zones.where(among(aggregate_hosts.c.host_id)))


class AggregateStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def list(self) -> Sequence[Aggregate]:
        """All, the oldest first."""
        return self._load(select(aggregates).order_by(aggregates.c.number))

    def find(self, number: int) -> Aggregate | None:
        found = self._load(select(aggregates).where(aggregates.c.number == number))
        return found[0] if found else None

    def find_by_name(self, name: str) -> Aggregate | None:
        found = self._load(select(aggregates).where(aggregates.c.name == name))
        return found[0] if found else None

    def add(self, aggregate_id: str, name: str, metadata: Mapping[str, str], now: datetime) -> int:
        """Its number."""
        with self.db.write() as c:
            made = c.execute(insert(aggregates).values(id=aggregate_id, name=name, created_at=now))
            assert made.inserted_primary_key is not None
            number = int(made.inserted_primary_key[0])
            self._set_metadata(number, metadata)
        return number

    def rename(self, number: int, name: str, now: datetime) -> None:
        with self.db.write() as c:
            c.execute(update(aggregates).where(aggregates.c.number == number).values(name=name, updated_at=now))

    def set_metadata(self, number: int, metadata: Mapping[str, str], now: datetime) -> None:
        """Replace all of it."""
        with self.db.write() as c:
            c.execute(update(aggregates).where(aggregates.c.number == number).values(updated_at=now))
            c.execute(delete(aggregate_metadata).where(aggregate_metadata.c.aggregate == number))
            self._set_metadata(number, metadata)

    def _set_metadata(self, number: int, metadata: Mapping[str, str]) -> None:
        rows = [{"aggregate": number, "key": key, "value": value} for key, value in metadata.items()]
        if rows:
            with self.db.write() as c:
                c.execute(insert(aggregate_metadata), rows)

    def remove(self, number: int) -> None:
        with self.db.write() as c:
            c.execute(delete(aggregates).where(aggregates.c.number == number))

    def add_host(self, number: int, host_id: str, now: datetime) -> None:
        with self.db.write() as c:
            c.execute(insert(aggregate_hosts).values(aggregate=number, host_id=host_id, added_at=now))
            c.execute(update(aggregates).where(aggregates.c.number == number).values(updated_at=now))

    def remove_host(self, number: int, host_id: str, now: datetime) -> None:
        mine = (aggregate_hosts.c.aggregate == number) & (aggregate_hosts.c.host_id == host_id)
        with self.db.write() as c:
            c.execute(delete(aggregate_hosts).where(mine))
            c.execute(update(aggregates).where(aggregates.c.number == number).values(updated_at=now))

    def ids_of_host(self, host_id: str) -> tuple[str, ...]:
        """By which placement knows the aggregates that it is in."""
        joined = aggregate_hosts.join(aggregates, aggregates.c.number == aggregate_hosts.c.aggregate)
        wanted = select(aggregates.c.id).select_from(joined).where(aggregate_hosts.c.host_id == host_id)
        with self.db.read() as c:
            return tuple(c.scalars(wanted.order_by(aggregates.c.number)))

    def zones_by_host(self) -> dict[str, str]:
        """By host: the zone that it is in; those that are in the zone by default are left out."""
        with self.db.read() as c:
            return {row[0]: row[1] for row in _ZONES.rows(c)}

    def zones_of(self, host_ids: Iterable[str]) -> dict[str, str]:
        """The same of these hosts."""
        with self.db.read() as c:
            return {row[0]: row[1] for row in _ZONES_OF.rows(c, ids=list(host_ids))}

    def _load(self, statement: Select[Any]) -> Sequence[Aggregate]:
        with self.db.read() as c:
            rows = c.execute(statement).all()
            if not rows:
                return []
            numbers = [row.number for row in rows]
            metadata = _by_aggregate(
                c.execute(select(aggregate_metadata).where(aggregate_metadata.c.aggregate.in_(numbers))).all()
            )
            members = _by_aggregate(
                c.execute(
                    select(aggregate_hosts.c.aggregate, aggregate_hosts.c.host_id, hosts.c.name)
                    .join(hosts, hosts.c.id == aggregate_hosts.c.host_id)
                    .where(aggregate_hosts.c.aggregate.in_(numbers))
                    .order_by(aggregate_hosts.c.added_at, hosts.c.number)
                ).all()
            )
        return [
            Aggregate(
                **row._asdict(),
                metadata={line.key: line.value for line in metadata.get(row.number, ())},
                host_names_by_id={line.host_id: line.name for line in members.get(row.number, ())},
            )
            for row in rows
        ]


def _by_aggregate(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.aggregate, []).append(row)
    return found
