"""Which rows of OVN's northbound database are ours: by their tags, found without looking through them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KIND, ID, PART, WITHIN = "haneul:kind", "haneul:id", "haneul:part", "haneul:within"

TABLES = (
    "Gateway_Chassis",
    "ACL",
    "QoS",
    "DNS",
    "NAT",
    "Load_Balancer",
    "Logical_Router_Static_Route",
    "Logical_Router_Port",
    "Logical_Switch_Port",
    "DHCP_Options",
    "Address_Set",
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

    @classmethod
    def of(cls, row: Any) -> Address | None:
        """What a row's tags say; None for a row that is not ours."""
        ids = row.external_ids
        return cls(ids[KIND], ids[ID], ids[PART]) if KIND in ids and ID in ids and PART in ids else None


Found = tuple[str, Any]
"""A table's name and a row of it."""


class TagIndex:
    """The rows of ours in a replica, kept up with every change that the replica tells of.

    A replica that has lost its connection forgets its rows without a word: a row counts only while its table has it.
    """

    def __init__(self) -> None:
        self._rows: dict[Address, Found] = {}
        self._parts: dict[tuple[str, str], set[Address]] = {}
        self._addresses: dict[Any, Address] = {}
        self._groups: set[Address] = set()

    def see(self, change: str, row: Any) -> None:
        """A row came, changed or went."""
        table = row._table.name
        if table not in TABLES:
            return
        self._forget(self._addresses.pop(row.uuid, None), row)
        address = None if change == "delete" else Address.of(row)
        if address is not None:
            self._addresses[row.uuid] = address
            self._rows[address] = (table, row)
            self._parts.setdefault((address.kind, address.id), set()).add(address)
            if table == "Port_Group":
                self._groups.add(address)

    def find(self, address: Address) -> Found | None:
        found = self._rows.get(address)
        return found if found is not None and _is_there(found[1]) else None

    def parts(self, kind: str, thing: str) -> dict[Address, Found]:
        """Every row of a thing."""
        found = {address: self.find(address) for address in self._parts.get((kind, thing), ())}
        return {address: row for address, row in found.items() if row is not None}

    def groups(self) -> Iterator[tuple[Address, Any]]:
        """Every port group of ours."""
        for address in tuple(self._groups):
            if (found := self.find(address)) is not None:
                yield address, found[1]

    def addresses(self) -> Iterator[Address]:
        return (address for address in tuple(self._rows) if self.find(address) is not None)

    def _forget(self, address: Address | None, row: Any) -> None:
        if address is None or self._rows.get(address, ("", None))[1] is not row:
            return
        del self._rows[address]
        parts = self._parts[address.kind, address.id]
        parts.discard(address)
        if not parts:
            del self._parts[address.kind, address.id]
        self._groups.discard(address)


def _is_there(row: Any) -> bool:
    return row._table.rows.get(row.uuid) is row


def referred(row: Any, column: str) -> set[Any]:
    """The UUIDs that a column of a committed row names, without making rows of them."""
    committed = row.__dict__["_data"]
    return {atom.value for atom in committed[column].values} if committed else set()
