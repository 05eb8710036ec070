"""Rows of networks and subnets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, union, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, PreparedList
from haneul.kit.errors import Conflict
from haneul.services.network.model.grants import Action, Shareable
from haneul.services.network.model.networks import FLAT, Subnet, SubnetId, VirtualNetwork
from haneul.services.network.store.grants import SharedRows, granted, shared
from haneul.services.network.store.pool_tables import subnet_pools
from haneul.services.network.store.rows import Rows, Scope, chunked, grouped
from haneul.services.network.store.tables import floating_ips, networks, ports, routers, subnets


def usable_by(project_id: str) -> ColumnElement[bool]:
    """Networks that a project may see."""
    return or_(networks.c.project_id == project_id, networks.c.id.in_(granted(Shareable.NETWORK, [project_id])))


class NetworkRows(SharedRows[VirtualNetwork]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, networks, VirtualNetwork, Shareable.NETWORK)

    def add(self, noun: VirtualNetwork) -> None:
        """Raises Conflict `network.segment_taken`."""
        with self.db.write() as connection:
            self._require_free(connection, noun)
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise _taken(noun) from error

    def next_segment(self, network_type: str, physical_network: str | None, first: int) -> int:
        """The lowest number from `first` on that no network of the type has."""
        with self.db.read() as connection:
            highest = _HIGHEST_SEGMENT.scalar(connection, type=network_type, wire=physical_network, least=first)
            return first if highest is None else int(highest) + 1

    def free_segment(self, physical_network: str, first: int, last: int) -> int | None:
        """A VLAN on the wire that no network has; None when there is none left."""
        statement = select(networks.c.segmentation_id).where(
            networks.c.network_type == "vlan", networks.c.physical_network == physical_network
        )
        with self.db.read() as connection:
            used = set(connection.execute(statement).scalars())
        return next((vlan for vlan in range(first, last + 1) if vlan not in used), None)

    def clear_default(self) -> None:
        """No external network is the default any more."""
        with self.db.write() as connection:
            connection.execute(update(networks).where(networks.c.is_default).values(is_default=False))

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that have ports on it; as a way out: routers with their gateway or floating IPs."""
        if action is Action.LEAVE_BY:
            gateways = select(routers.c.project_id).where(routers.c.gateway_network_id == noun_id)
            floating = select(floating_ips.c.project_id).where(floating_ips.c.network_id == noun_id)
            statement: Any = union(gateways, floating)
        else:
            statement = select(ports.c.project_id).where(ports.c.network_id == noun_id).distinct()
        with self.db.read() as connection:
            return set(connection.execute(statement).scalars()) - {""}

    def _require_free(self, connection: Connection, noun: VirtualNetwork) -> None:
        if _WITH_SEGMENT.first(connection, segment_key=noun.segment_key, but=noun.id):
            raise _taken(noun)

    def _extra(self, noun: VirtualNetwork) -> dict[str, Any]:
        return {"segment_key": noun.segment_key}

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        if name != "subnet_ids":
            return super()._condition(name, values)
        return networks.c.id.in_(select(subnets.c.network_id).where(subnets.c.id.in_([str(each) for each in values])))

    def _complete(self, connection: Connection, found: list[VirtualNetwork]) -> list[VirtualNetwork]:
        by_network: dict[str, list[Any]] = {}
        for some in chunked(each.id for each in found):
            by_network |= grouped(_SUBNETS.rows(connection, some), lambda row: row[0], lambda row: row)
        return super()._complete(connection, [_with_subnets(each, by_network.get(each.id, ())) for each in found])


_WITH_SEGMENT = Prepared(
    select(networks.c.id).where(networks.c.segment_key == bindparam("segment_key"), networks.c.id != bindparam("but"))
)
_HIGHEST_SEGMENT = Prepared(
    select(func.max(networks.c.segmentation_id)).where(
        networks.c.network_type == bindparam("type"),
        networks.c.physical_network.is_not_distinct_from(bindparam("wire")),
        networks.c.segmentation_id >= bindparam("least"),
    )
)
_SUBNETS = PreparedList(
    lambda network_ids: (
        select(subnets.c.network_id, subnets.c.id, subnets.c.ip_version, subnet_pools.c.scope_id)
        .select_from(subnets.outerjoin(subnet_pools, subnet_pools.c.id == subnets.c.pool_id))
        .where(subnets.c.network_id.in_(network_ids))
        .order_by(subnets.c.created_at, subnets.c.id)
    )
)


def _with_subnets(network: VirtualNetwork, rows: Sequence[Any]) -> VirtualNetwork:
    scopes = {row.ip_version: row.scope_id for row in rows if row.scope_id is not None}
    return replace(
        network,
        subnet_ids=tuple(SubnetId(row.id) for row in rows),
        ipv4_scope_id=scopes.get(4),
        ipv6_scope_id=scopes.get(6),
    )


def _taken(network: VirtualNetwork) -> Conflict:
    if network.network_type == FLAT:
        return Conflict(
            "network.flat_taken",
            f"Unable to create the flat network. Physical network {network.physical_network} is in use: "
            "use that network, or give a VLAN.",
        )
    return Conflict(
        "network.segment_taken",
        f"Unable to create the network. The {network.network_type} {network.segmentation_id} on physical network "
        f"{network.physical_network} is in use: give another number.",
    )


class SubnetRows(Rows[Subnet]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, subnets, Subnet)
        self._of_network = self._prepared(subnets.c.network_id == bindparam("network_id"))

    def seen_by(self, project_id: str) -> Scope:
        seen = select(networks.c.id).where(usable_by(project_id))
        return or_(subnets.c.project_id == project_id, subnets.c.network_id.in_(seen))

    def of_network(self, network_id: str) -> list[Subnet]:
        return self._found(self._of_network, network_id=network_id)

    def of_pool(self, pool_id: str) -> list[str]:
        return self.ids(subnets.c.pool_id == pool_id)

    def of_networks(self, network_ids: Iterable[str]) -> dict[str, list[Subnet]]:
        """By network; every network that is asked for has an entry."""
        wanted = list(network_ids)
        found: dict[str, list[Subnet]] = {network_id: [] for network_id in wanted}
        for some in chunked(wanted):
            for subnet in self.where(subnets.c.network_id.in_(some)):
                found[subnet.network_id].append(subnet)
        return found

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        """By what holds for their network."""
        if name == "is_external":
            return subnets.c.network_id.in_(select(networks.c.id).where(networks.c.is_external.in_(values)))
        if name not in ("shared_with", "not_shared_with"):
            return None
        chosen = subnets.c.network_id.in_(shared(Shareable.NETWORK, values))
        return chosen if name == "shared_with" else ~chosen
