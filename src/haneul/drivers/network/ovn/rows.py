"""Rows of OVN's northbound database as they should be, and how a transaction makes them so.

Every row that this cloud makes bears in its external_ids of which thing it is part (`haneul:kind`, `haneul:id`) and
which part of it (`haneul:part`). Rows without these tags are never touched. Tables and columns: ovn-nb(5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from haneul.kit.errors import Conflict

KIND, ID, PART, WITHIN = "haneul:kind", "haneul:id", "haneul:part", "haneul:within"

PARENTS: Mapping[str, tuple[str, str]] = {
    "Logical_Switch_Port": ("Logical_Switch", "ports"),
    "Logical_Router_Port": ("Logical_Router", "ports"),
    "Logical_Router_Static_Route": ("Logical_Router", "static_routes"),
    "NAT": ("Logical_Router", "nat"),
    "ACL": ("Port_Group", "acls"),
    "Gateway_Chassis": ("Logical_Router_Port", "gateway_chassis"),
}
"""Table -> the table and column of the rows that hold its rows."""
TABLES = (
    "Gateway_Chassis",
    "ACL",
    "NAT",
    "Logical_Router_Static_Route",
    "Logical_Router_Port",
    "Logical_Switch_Port",
    "DHCP_Options",
    "Port_Group",
    "Logical_Router",
    "Logical_Switch",
)
"""Every table with rows of ours, those that are held before those that hold them."""


@dataclass(frozen=True)
class Address:
    """By which a row of ours is found: the thing, and the part of it."""

    kind: str
    id: str
    part: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}/{self.part}"

    @classmethod
    def parse(cls, text: str) -> Address | None:
        kind, _, rest = text.partition("/")
        thing, _, part = rest.partition("/")
        return cls(kind, thing, part) if part else None


@dataclass(frozen=True)
class Wanted:
    """One row as it should be; columns that are not named are left as they are."""

    table: str
    address: Address
    columns: Mapping[str, Any]
    within: Address | None = None
    """The row that holds it, for tables of PARENTS."""
    refs: Mapping[str, Address | None] = field(default_factory=dict)
    """Columns that name one other row of ours, or none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """More external_ids."""
    member_of: tuple[Address, ...] = ()
    """The port groups of which a switch port is a member."""


class Rows:
    """The rows of ours in one transaction: found by their tags, changed where they differ."""

    def __init__(self, idl: Any, txn: Any) -> None:
        self._idl = idl
        self._txn = txn
        self._by_address: dict[Address, tuple[str, Any]] = {}
        self._parts: dict[tuple[str, str], dict[Address, tuple[str, Any]]] = defaultdict(dict)
        self._members: dict[Any, set[Any]] = {}
        self._changes = 0
        for table, row, address in tagged(idl):
            self._remember(table, row, address)

    def _remember(self, table: str, row: Any, address: Address) -> None:
        self._by_address[address] = (table, row)
        self._parts[address.kind, address.id][address] = (table, row)

    def ensure(self, kind: str, thing: str, wanted: Iterable[Wanted]) -> bool:
        """The thing's rows are just these; True if they were not so before."""
        before = self._changes
        superfluous = dict(self._parts[kind, thing])
        for row in wanted:
            found = superfluous.pop(row.address, None)
            if found is not None and found[0] != row.table:
                self._delete(row.address)
                found = None
            self._make(row, found[1] if found else None)
        for address in sorted(superfluous, key=self._order):
            self._delete(address)
        return self._changes > before

    def remove(self, kind: str, thing: str) -> None:
        for address in sorted(self._parts[kind, thing], key=self._order):
            self._delete(address)

    def _order(self, address: Address) -> int:
        return TABLES.index(self._by_address[address][0])

    def _make(self, wanted: Wanted, row: Any) -> None:
        if row is None:
            row = self._txn.insert(self._idl.tables[wanted.table])
            self._changes += 1
            self._remember(wanted.table, row, wanted.address)
        for column, value in wanted.columns.items():
            if _plain(_current(row, column)) != _plain(value):
                setattr(row, column, value)
                self._changes += 1
        for column, address in wanted.refs.items():
            self._refer(row, column, address)
        self._tag(row, wanted)
        if wanted.within is not None:
            self._put_within(wanted, row)
        if wanted.table == "Logical_Switch_Port":
            self._join(wanted, row)

    def _refer(self, row: Any, column: str, address: Address | None) -> None:
        wanted = [] if address is None else [self._need(address).uuid]
        if [other.uuid for other in _current(row, column) or ()] != wanted:
            setattr(row, column, wanted)
            self._changes += 1

    def _tag(self, row: Any, wanted: Wanted) -> None:
        own = {KIND: wanted.address.kind, ID: wanted.address.id, PART: wanted.address.part, **wanted.tags}
        if wanted.within is not None:
            own[WITHIN] = str(wanted.within)
        have = dict(_current(row, "external_ids") or {})
        kept = {key: value for key, value in have.items() if not key.startswith("haneul:")}
        if have != kept | own:
            row.external_ids = kept | own
            self._changes += 1

    def _put_within(self, wanted: Wanted, row: Any) -> None:
        assert wanted.within is not None
        holder, column = self._need(wanted.within), PARENTS[wanted.table][1]
        if row.uuid not in self._held(holder, column):
            holder.addvalue(column, row.uuid)
            self._held(holder, column).add(row.uuid)
            self._changes += 1

    def _join(self, wanted: Wanted, row: Any) -> None:
        """Be a member of just the port groups that are wanted, of those that are ours."""
        names = {str(address): address for address in wanted.member_of}
        for address in wanted.member_of:
            members = self._held(self._need(address), "ports")
            if row.uuid not in members:
                self._need(address).addvalue("ports", row.uuid)
                members.add(row.uuid)
                self._changes += 1
        for address, (table, group) in self._by_address.items():
            if table == "Port_Group" and str(address) not in names and row.uuid in self._held(group, "ports"):
                group.delvalue("ports", row.uuid)
                self._held(group, "ports").discard(row.uuid)
                self._changes += 1

    def _held(self, holder: Any, column: str) -> set[Any]:
        key = (holder.uuid, column)
        if key not in self._members:
            self._members[key] = {row.uuid for row in _current(holder, column) or ()}
        return self._members[key]

    def _need(self, address: Address) -> Any:
        found = self._by_address.get(address)
        if found is None:
            raise Conflict("network.not_ready", f"OVN has no {address.kind} {address.id} yet: make it first.")
        return found[1]

    def _delete(self, address: Address) -> None:
        table, row = self._by_address.pop(address)
        self._parts[address.kind, address.id].pop(address, None)
        holder = Address.parse(row.external_ids.get(WITHIN, ""))
        if holder in self._by_address and table in PARENTS:
            column = PARENTS[table][1]
            self._by_address[holder][1].delvalue(column, row.uuid)
            self._held(self._by_address[holder][1], column).discard(row.uuid)
        row.delete()
        self._changes += 1


def tagged(idl: Any) -> Iterator[tuple[str, Any, Address]]:
    """Every row of ours: its table, itself, its address."""
    for table in TABLES:
        for row in idl.tables[table].rows.values():
            ids = row.external_ids
            if KIND in ids and ID in ids and PART in ids:
                yield table, row, Address(ids[KIND], ids[ID], ids[PART])


def _plain(value: Any) -> Any:
    """A set of OVSDB has no order."""
    return sorted(value) if isinstance(value, list | tuple) else value


def _current(row: Any, column: str) -> Any:
    """A column's value; None for one that a row of this transaction does not have yet."""
    try:
        value = getattr(row, column)
    except (AttributeError, KeyError, TypeError):
        return None
    return value
