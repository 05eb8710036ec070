"""Rows of ports, with their addresses and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, delete, or_, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, PreparedList, Timestamp, among, inserting
from haneul.kit.errors import Conflict
from haneul.kit.records import record
from haneul.services.network.model.ports import AddressPair, DhcpOption, FixedIp, Port, ServerAddress
from haneul.services.network.store.qos import network_traits
from haneul.services.network.store.rows import Rows, Scope, chunked, grouped
from haneul.services.network.store.tables import floating_ips, networks, port_addresses, port_groups, ports
from haneul.services.network.store.trunks import TrunkRows


class PortRows(Rows[Port]):
    def __init__(self, db: Database, domain: str = "") -> None:
        """`domain` is the cloud's: of ports that are in no other."""
        super().__init__(db, ports, Port)
        self._domain = domain
        self._trunks = TrunkRows(db)
        self._of_device = self._prepared(ports.c.device_id == bindparam("device_id"))
        self._of_server = self._prepared(ports.c.device_id == bindparam("device_id"), _is_plugged())
        self._of_network = self._prepared(ports.c.network_id == bindparam("network_id"))
        owner = ports.c.device_owner == bindparam("owner")
        self._by_networks = PreparedList(
            lambda ids: (
                select(*self._columns)
                .where(ports.c.network_id.in_(ids), owner)
                .order_by(ports.c.created_at, ports.c.id)
            )
        )
        self._owned_by = self._prepared(ports.c.network_id == bindparam("network_id"), owner)

    def _column(self, name: str) -> ColumnElement[Any]:
        return type_coerce(ports.c[name], Text) if name in _NESTED else ports.c[name]

    def seen_by(self, project_id: str) -> Scope:
        """Its own, and all on its own networks."""
        own = select(networks.c.id).where(networks.c.project_id == project_id)
        return or_(ports.c.project_id == project_id, ports.c.network_id.in_(own))

    def add(self, noun: Port) -> None:
        """Raises Conflict `port.mac_in_use`. Addresses and groups are written by their own verbs."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise mac_in_use(noun) from error
            _ADD_GROUP.run_each(connection, _groups(noun.id, noun.security_group_ids))

    def save(self, noun: Port, now: datetime) -> Port:
        """Raises Conflict `port.mac_in_use`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    return super().save(noun, now)
            except IntegrityError as error:
                raise mac_in_use(noun) from error

    def set_groups(self, port_id: str, group_ids: Iterable[str]) -> None:
        with self.db.write() as connection:
            connection.execute(delete(port_groups).where(port_groups.c.port_id == port_id))
            _ADD_GROUP.run_each(connection, _groups(port_id, group_ids))

    def set_status(self, port_id: str, status: str, now: datetime) -> Port | None:
        """The port as it is now, if that changed anything."""
        with self.db.write() as connection:
            changed = _SET_STATUS.run(connection, port_id=port_id, new_status=status, now=now) > 0
            return self.find(port_id) if changed else None

    def statuses(self) -> dict[str, str]:
        """The status of every port that is on a host or believed to be up; the cloud's own are not on hosts."""
        is_on_host = or_(ports.c.host_id != "", ports.c.status == "ACTIVE")
        own = ports.c.device_owner.startswith("network:")
        statement = select(ports.c.id, ports.c.status).where(is_on_host, ~own)
        with self.db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def of_device(self, device_id: str) -> list[Port]:
        return self._found(self._of_device, device_id=device_id)

    def of_server(self, server_id: str) -> list[Port]:
        """Those that the cloud has plugged into it or made for it; not those that somebody only says are its."""
        return self._found(self._of_server, device_id=server_id)

    def of_network(self, network_id: str) -> list[Port]:
        return self._found(self._of_network, network_id=network_id)

    def owned_by(self, network_id: str, owner: str) -> list[Port]:
        return self._found(self._owned_by, network_id=network_id, owner=owner)

    def by_networks(self, network_ids: Iterable[str], owner: str) -> dict[str, list[Port]]:
        """The ports of one owner, by network."""
        found: dict[str, list[Port]] = {}
        with self.db.read() as connection:
            for some in chunked(network_ids):
                for port in self._nouns(connection, self._by_networks.rows(connection, some, owner=owner)):
                    found.setdefault(port.network_id, []).append(port)
        return found

    def by_devices(self, device_ids: Iterable[str], owners: Iterable[str]) -> dict[str, list[Port]]:
        found: dict[str, list[Port]] = {}
        wanted = list(owners)
        for some in chunked(device_ids):
            for port in self.where(ports.c.device_id.in_(some), ports.c.device_owner.in_(wanted)):
                found.setdefault(port.device_id, []).append(port)
        return found

    def ids_in_subnet(self, subnet_id: str) -> list[str]:
        statement = select(port_addresses.c.port_id).where(port_addresses.c.subnet_id == subnet_id)
        with self.db.read() as connection:
            return list(connection.execute(statement).scalars())

    def in_subnet(self, subnet_id: str) -> list[Port]:
        return list(self.by_ids(self.ids_in_subnet(subnet_id)).values())

    def ids_in_network(self, network_id: str) -> list[str]:
        return self.ids(ports.c.network_id == network_id)

    def ids_in_group(self, group_id: str) -> list[str]:
        statement = select(port_groups.c.port_id).where(port_groups.c.security_group_id == group_id)
        with self.db.read() as connection:
            return list(connection.execute(statement).scalars())

    def all_ids(self) -> list[str]:
        return self.ids()

    def addresses_of_devices(self, device_ids: Iterable[str]) -> dict[str, list[ServerAddress]]:
        """Fixed and floating addresses by device, in one query."""
        found: dict[str, list[ServerAddress]] = {}
        with self.db.read() as connection:
            for row in _ADDRESSES_OF_DEVICES.rows(connection, ids=list(device_ids)):
                _gather(found.setdefault(row[0], []), row)
        return found

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        wanted = [str(value) for value in values]
        if name == "security_group_ids":
            chosen = select(port_groups.c.port_id).where(port_groups.c.security_group_id.in_(wanted))
            return ports.c.id.in_(chosen)
        column = {
            "subnet_id": port_addresses.c.subnet_id,
            "ip_address": port_addresses.c.ip_address,
        }.get(name)
        if column is not None:
            return ports.c.id.in_(select(port_addresses.c.port_id).where(column.in_(wanted)))
        if name == "ip_address_substr":
            parts = (port_addresses.c.ip_address.contains(each, autoescape=True) for each in wanted)
            return ports.c.id.in_(select(port_addresses.c.port_id).where(or_(*parts)))
        return None

    def _nouns(self, connection: Connection, rows: Sequence[Any]) -> list[Port]:
        """As of other nouns, at half the cost: ports are listed by the hundred."""
        if not rows:
            return []
        ids = [row.id for row in rows]
        addresses = grouped(_ADDRESSES.rows(connection, ids=ids), _first, _fixed_ip)
        groups = grouped(_GROUPS.rows(connection, ids=ids), _first, itemgetter(1))
        traits = network_traits(connection, {row.network_id for row in rows})
        trunks = self._trunks.by_parents(ids)
        found = []
        for row in rows:
            values = dict(zip(self._names, row, strict=True))
            for name, read in _NESTED.items():
                values[name] = read(values[name]) if values[name] != _NONE else ()
            port_id = values["id"]
            values["qos_network_policy_id"], domain = traits.get(values["network_id"], (None, ""))
            values["domain"] = (values["dns_domain"] or domain or self._domain).rstrip(".")
            values["trunk"] = trunks.get(port_id)
            values["fixed_ips"] = tuple(addresses.get(port_id, ()))
            values["security_group_ids"] = tuple(groups.get(port_id, ()))
            found.append(record(Port, values))
        return found


_NESTED: dict[str, Callable[[str], Any]] = {
    "address_pairs": msgspec.json.Decoder(tuple[AddressPair, ...]).decode,
    "dhcp_options": msgspec.json.Decoder(tuple[DhcpOption, ...]).decode,
    "tags": msgspec.json.Decoder(tuple[str, ...]).decode,
}
"""Columns of JSON that is read as what it is, if at all: most ports have none of it."""
_NONE = "[]"
_first = itemgetter(0)


def _fixed_ip(row: Any) -> FixedIp:
    return record(FixedIp, {"subnet_id": row[1], "ip_address": row[2]})


def _is_plugged() -> ColumnElement[bool]:
    return or_(ports.c.chassis != "", ports.c.goes_with_device)


def _select_addresses() -> Select[Any]:
    """By the ids of devices: their addresses in the order in which their ports were made."""
    fixed = port_addresses
    joined = (
        ports.join(fixed, fixed.c.port_id == ports.c.id)
        .join(networks, networks.c.id == ports.c.network_id)
        .outerjoin(
            floating_ips, (floating_ips.c.port_id == ports.c.id) & (floating_ips.c.fixed_ip == fixed.c.ip_address)
        )
    )
    columns = (ports.c.device_id, networks.c.name, ports.c.mac_address, ports.c.id, fixed.c.ip_address)
    order = (ports.c.created_at, ports.c.id, fixed.c.position, floating_ips.c.created_at)
    wanted = select(*columns, floating_ips.c.address).select_from(joined)
    return wanted.where(among(ports.c.device_id), _is_plugged()).order_by(*order)


_ADDRESSES_OF_DEVICES = Prepared(_select_addresses())

_ADDRESSES = Prepared(
    select(port_addresses.c.port_id, port_addresses.c.subnet_id, port_addresses.c.ip_address)
    .where(among(port_addresses.c.port_id))
    .order_by(port_addresses.c.position)
)
_GROUPS = Prepared(select(port_groups).where(among(port_groups.c.port_id)).order_by(*port_groups.c))
_ADD_GROUP = inserting(port_groups, port_groups.c.keys())
_SET_STATUS = Prepared(
    update(ports)
    .where(ports.c.id == bindparam("port_id"), ports.c.status != bindparam("new_status"))
    .values(
        status=bindparam("new_status"),
        updated_at=bindparam("now", type_=Timestamp),
        revision_number=ports.c.revision_number + 1,
    )
)


def _groups(port_id: str, group_ids: Iterable[str]) -> list[dict[str, Any]]:
    return [{"port_id": port_id, "security_group_id": group_id} for group_id in dict.fromkeys(group_ids)]


def _gather(addresses: list[ServerAddress], row: Any) -> None:
    _, network, mac, port_id, address, floating = row
    values = {"network_name": network, "mac_address": mac, "port_id": port_id}
    version = 6 if ":" in address else 4
    fixed = record(ServerAddress, values | {"address": address, "version": version, "is_floating": False})
    if floating is None or fixed not in addresses:
        addresses.append(fixed)
    if floating is not None:
        addresses.append(record(ServerAddress, values | {"address": floating, "version": 4, "is_floating": True}))


def mac_in_use(port: Port) -> Conflict:
    return Conflict(
        "port.mac_in_use",
        f"Unable to complete operation for network {port.network_id}. "
        f"The mac address {port.mac_address} is in use: give another, or none.",
    )
