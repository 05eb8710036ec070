"""The network driver of OVN."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ovsdbapp.backend.ovs_idl.event import RowEvent

from haneul.drivers.network.ovn.chassis import COLUMNS, list_chassis, remove_chassis
from haneul.drivers.network.ovn.connection import OvnDatabase
from haneul.drivers.network.ovn.dhcp import subnet_rows
from haneul.drivers.network.ovn.foreign import list_foreign
from haneul.drivers.network.ovn.networks import network_rows
from haneul.drivers.network.ovn.ports import Served, port_rows
from haneul.drivers.network.ovn.routers import floating_ip_rows, router_rows
from haneul.drivers.network.ovn.rows import Rows, Wanted
from haneul.drivers.network.ovn.security_groups import DROP, address_group_rows, drop_rows, group_rows
from haneul.drivers.network.ovn.tags import KIND, Address, TagIndex
from haneul.drivers.network.ovn.trace import trace
from haneul.services.network.driver import (
    AddressGroupIntent,
    FloatingIpIntent,
    Foreign,
    Intent,
    Kind,
    NetworkIntent,
    Owned,
    PacketTrace,
    PortIntent,
    PortSeen,
    RouterIntent,
    SecurityGroupIntent,
    SubnetIntent,
    Traced,
)
from haneul.services.network.model.agents import Chassis

log = logging.getLogger(__name__)


class OvnNetworks:
    """`services.network.driver.NetworkDriver` over OVN's northbound database; hosts are seen in the southbound."""

    def __init__(self, northbound: str, southbound: str) -> None:
        """Connection strings as OVN has them: unix:/path, tcp:host:port, ssl:host:port."""
        self._southbound = southbound
        self._changed: Callable[[], None] = lambda: None
        self._index = TagIndex()
        self._north = OvnDatabase(northbound, "OVN_Northbound", lambda: self._changed(), self._index.see)
        self._south = OvnDatabase(southbound, "OVN_Southbound", lambda: self._changed(), columns=COLUMNS)

    def ensure(self, intents: Sequence[Intent]) -> int:
        return len(self._north.write(self._making(intents)))

    def differing(self, intents: Sequence[Intent]) -> frozenset[Owned]:
        return self._north.rehearse(self._making(intents))

    def _making(self, intents: Sequence[Intent]) -> Callable[[Any, Any], frozenset[Owned]]:
        """What makes them as they should be, and answers which of them were not."""
        chassis = self.list_chassis()
        newest = {(intent.kind, intent.id): intent for intent in intents}
        ordered = sorted(newest.values(), key=lambda intent: list(Kind).index(intent.kind))

        def make(idl: Any, txn: Any) -> frozenset[Owned]:
            rows = Rows(idl, txn, self._index)
            rows.ensure(DROP.kind, DROP.id, drop_rows())
            served = _Served(self._index, [intent for intent in ordered if isinstance(intent, SubnetIntent)])
            return frozenset(
                Owned(i.kind, i.id) for i in ordered if rows.ensure(i.kind, i.id, _rows(i, chassis, served))
            )

        return make

    def remove(self, owned: Sequence[Owned]) -> None:
        ordered = sorted(owned, key=lambda thing: -list(Kind).index(thing.kind))

        def unmake(idl: Any, txn: Any) -> None:
            rows = Rows(idl, txn, self._index)
            for thing in ordered:
                rows.remove(thing.kind, thing.id)

        self._north.write(unmake)

    def list_owned(self) -> frozenset[Owned]:
        def look(idl: Any) -> frozenset[Owned]:
            kinds = set(Kind)
            return frozenset(Owned(Kind(a.kind), a.id) for a in self._index.addresses() if a.kind in kinds)

        return self._north.read(look)

    def list_foreign(self) -> tuple[Foreign, ...]:
        return self._north.read(list_foreign)

    def list_up(self) -> frozenset[str]:
        def look(idl: Any) -> frozenset[str]:
            ports = idl.tables["Logical_Switch_Port"].rows.values()
            return frozenset(row.name for row in ports if row.external_ids.get(KIND) == Kind.PORT and row.up == [True])

        return self._north.read(look)

    def trace(self, packet: PacketTrace) -> Traced | None:
        return trace(self._southbound, packet)

    def list_chassis(self) -> tuple[Chassis, ...]:
        return self._south.read(list_chassis)

    def remove_chassis(self, name: str) -> None:
        self._south.write(lambda idl, _txn: remove_chassis(idl, name))

    def watch(self, port_seen: Callable[[PortSeen], None], changed: Callable[[], None]) -> None:
        self._changed = changed
        self._north.watch(_PortUp(port_seen))
        self._south.watch(_HostSeen(changed))

    def close(self) -> None:
        self._north.close()
        self._south.close()


def _rows(intent: Intent, chassis: Sequence[Chassis], served: Served) -> Iterable[Wanted]:
    match intent:
        case NetworkIntent():
            return network_rows(intent)
        case SubnetIntent():
            return subnet_rows(intent)
        case AddressGroupIntent():
            return address_group_rows(intent)
        case SecurityGroupIntent():
            return group_rows(intent)
        case PortIntent():
            return port_rows(intent, served)
        case RouterIntent():
            return router_rows(intent, chassis)
        case FloatingIpIntent():
            return floating_ip_rows(intent, chassis)


def _options(subnet: SubnetIntent) -> dict[str, str]:
    return dict(next(iter(subnet_rows(subnet))).columns["options"])


class _Served:
    """The subnets that OVN answers by DHCP, now or once this transaction is done."""

    def __init__(self, index: TagIndex, new: Iterable[SubnetIntent]) -> None:
        self._index = index
        self._new = {intent.id: intent for intent in new}

    def find(self, subnet_id: str) -> tuple[str, dict[str, str]] | None:
        """Its range and its DHCP options."""
        if subnet_id in self._new:
            return self._new[subnet_id].cidr, _options(self._new[subnet_id])
        found = self._index.find(Address(Kind.SUBNET, subnet_id, "dhcp"))
        return None if found is None else (found[1].cidr, dict(found[1].options))


class _PortUp(RowEvent):  # type: ignore[misc]
    """A host has plugged a port of ours, or let go of it."""

    def __init__(self, port_seen: Callable[[PortSeen], None]) -> None:
        super().__init__((self.ROW_UPDATE, self.ROW_CREATE), "Logical_Switch_Port", None)
        self._port_seen = port_seen

    def match_fn(self, event: str, row: Any, old: Any) -> bool:
        """Every match costs a copy of the row: of a new row only is told that it is up, of an old one what is news."""
        if event == self.ROW_UPDATE and not hasattr(old, "up"):
            return False
        was_up = event == self.ROW_UPDATE and old.up == [True]
        is_news = was_up != (row.up == [True])
        return is_news and bool(row.external_ids.get(KIND) == Kind.PORT)

    def run(self, event: str, row: Any, old: Any) -> None:
        self._port_seen(PortSeen(row.name, row.up == [True]))


class _HostSeen(RowEvent):  # type: ignore[misc]
    """A host came, went, or has other wires than before."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__((self.ROW_CREATE, self.ROW_DELETE, self.ROW_UPDATE), "Chassis", None)
        self._changed = changed

    def match_fn(self, event: str, row: Any, old: Any) -> bool:
        return event != self.ROW_UPDATE or hasattr(old, "other_config")

    def run(self, event: str, row: Any, old: Any) -> None:
        self._changed()
