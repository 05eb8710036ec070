"""Rows of OVN's northbound database as they should be, and how a transaction makes them so.

Every row that this cloud makes bears in its external_ids of which thing it is part (`haneul:kind`, `haneul:id`) and
which part of it (`haneul:part`). Rows without these tags are never touched. Tables and columns: ovn-nb(5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haneul.drivers.network.ovn.tags import ID, KIND, PART, TABLES, WITHIN, Address, Found, TagIndex, referred
from haneul.kit.errors import Conflict

PARENTS: Mapping[str, tuple[str, str]] = {
    "Logical_Switch_Port": ("Logical_Switch", "ports"),
    "Logical_Router_Port": ("Logical_Router", "ports"),
    "Logical_Router_Static_Route": ("Logical_Router", "static_routes"),
    "Load_Balancer": ("Logical_Router", "load_balancer"),
    "NAT": ("Logical_Router", "nat"),
    "ACL": ("Port_Group", "acls"),
    "DNS": ("Logical_Switch", "dns_records"),
    "QoS": ("Logical_Switch", "qos_rules"),
    "Gateway_Chassis": ("Logical_Router_Port", "gateway_chassis"),
}
"""Table -> the table and column of the rows that hold its rows."""


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

    def __init__(self, idl: Any, txn: Any, index: TagIndex) -> None:
        self._idl = idl
        self._txn = txn
        self._index = index
        self._new: dict[Address, Found] = {}
        self._gone: set[Address] = set()
        self._members: dict[Any, set[Any]] = {}
        self._changes = 0

    def _find(self, address: Address) -> Found | None:
        """The row as this transaction has left it so far."""
        if address in self._new:
            return self._new[address]
        return None if address in self._gone else self._index.find(address)

    def _parts(self, kind: str, thing: str) -> dict[Address, Found]:
        present = {address: row for address, row in self._index.parts(kind, thing).items() if address not in self._gone}
        made = {address: row for address, row in self._new.items() if (address.kind, address.id) == (kind, thing)}
        return present | made

    def ensure(self, kind: str, thing: str, wanted: Iterable[Wanted]) -> bool:
        """The thing's rows are just these; True if they were not so before."""
        before = self._changes
        superfluous = self._parts(kind, thing)
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
        for address in sorted(self._parts(kind, thing), key=self._order):
            self._delete(address)

    def _order(self, address: Address) -> int:
        found = self._find(address)
        return TABLES.index(found[0]) if found else 0

    def _make(self, wanted: Wanted, row: Any) -> None:
        if row is None:
            row = self._txn.insert(self._idl.tables[wanted.table])
            self._changes += 1
            self._new[wanted.address] = (wanted.table, row)
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
        for address, group in () if wanted.address in self._new else self._index.groups():
            is_other = str(address) not in names and address not in self._gone
            if is_other and row.uuid in self._held(group, "ports"):
                group.delvalue("ports", row.uuid)
                self._held(group, "ports").discard(row.uuid)
                self._changes += 1

    def _held(self, holder: Any, column: str) -> set[Any]:
        key = (holder.uuid, column)
        if key not in self._members:
            self._members[key] = referred(holder, column)
        return self._members[key]

    def _need(self, address: Address) -> Any:
        found = self._find(address)
        if found is None:
            raise Conflict("network.not_ready", f"OVN has no {address.kind} {address.id} yet: make it first.")
        return found[1]

    def _delete(self, address: Address) -> None:
        found = self._find(address)
        if found is None:
            return
        table, row = found
        self._new.pop(address, None)
        self._gone.add(address)
        holder = Address.parse(row.external_ids.get(WITHIN, ""))
        held_by = self._find(holder) if holder is not None and table in PARENTS else None
        if held_by is not None:
            column = PARENTS[table][1]
            held_by[1].delvalue(column, row.uuid)
            self._held(held_by[1], column).discard(row.uuid)
        row.delete()
        self._changes += 1


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
