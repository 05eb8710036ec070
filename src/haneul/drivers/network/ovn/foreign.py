"""Rows of OVN's northbound database that this cloud did not make: left alone, and told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from haneul.drivers.network.ovn.rows import PARENTS
from haneul.drivers.network.ovn.tags import Address, referred
from haneul.services.network.driver import Foreign, Kind, Owned

_OWN_TO_OVN = ("NB_Global", "Connection", "SSL")
_NAMES = ("name", "match", "external_ip", "cidr", "ip_prefix", "logical_port", "records")
"""Columns that tell a row from others, the best first."""
_MORE_HOLDERS = (("ACL", "Logical_Switch", "acls"), ("Load_Balancer", "Logical_Switch", "load_balancer"))


def list_foreign(idl: Any) -> tuple[Foreign, ...]:
    """By table and name. A row is ours by its tags, and foreign without them wherever it is."""
    found = [
        (name, row)
        for name, table in sorted(idl.tables.items())
        if name not in _OWN_TO_OVN and "external_ids" in table.columns
        for row in table.rows.values()
        if Address.of(row) is None
    ]
    holders = _holders(idl, {name for name, _ in found})
    told = (Foreign(name, str(row.uuid), _name(row), holders.get(row.uuid)) for name, row in found)
    return tuple(sorted(told, key=lambda each: (each.table, each.name, each.id)))


def _holders(idl: Any, tables: set[str]) -> dict[Any, Owned]:
    """Which thing of ours holds the row of a UUID."""
    ways = [(table, parent, column) for table, (parent, column) in PARENTS.items()] + list(_MORE_HOLDERS)
    return {
        uuid: owned
        for table, parent, column in ways
        if table in tables
        for row in idl.tables[parent].rows.values()
        for owned in _owned(row)
        for uuid in referred(row, column)
    }


def _owned(row: Any) -> Iterator[Owned]:
    address = Address.of(row)
    if address is not None and address.kind in set(Kind):
        yield Owned(Kind(address.kind), address.id)


def _name(row: Any) -> str:
    for column in _NAMES:
        if column in row._table.columns and (value := getattr(row, column)):
            return str(value[0] if isinstance(value, list) else value)
    return ""
