"""Security groups as port groups, and the group by which a secured port lets nothing through that no rule allows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from haneul.drivers.network.ovn.expressions import group_name, match, set_name
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import AddressGroupIntent, Kind, SecurityGroupIntent

DEFAULT_KIND = "default"
"""The kind of what belongs to the driver itself and is never listed."""
DROP = Address(DEFAULT_KIND, "drop", "group")
DROP_NAME = "haneul_drop"
_DROP_PRIORITY, _ALLOW_PRIORITY, _NEVER_PRIORITY = 1001, 1002, 1003
_NEVER = (
    ("from-lport", "inport == @haneul_drop && ip4 && udp && udp.src == 67 && udp.dst == 68", "drop"),
    ("from-lport", "inport == @haneul_drop && ip6 && udp && udp.src == 547 && udp.dst == 546", "drop"),
)
"""No guest is a DHCP server to its neighbours, whatever its groups let it send."""
_ALWAYS_ALLOWED = (
    ("from-lport", "inport == @haneul_drop && udp && udp.src == 68 && udp.dst == 67 && ip4", "allow"),
    ("from-lport", "inport == @haneul_drop && udp && udp.src == 546 && udp.dst == 547 && ip6", "allow"),
    ("from-lport", "inport == @haneul_drop && ip4.dst == 169.254.169.254 && tcp && tcp.dst == 80", "allow-related"),
    ("from-lport", "inport == @haneul_drop && ip6.dst == fe80::a9fe:a9fe && tcp && tcp.dst == 80", "allow-related"),
)
"""A guest may always ask for its address and for its metadata; OVN itself lets neighbours find each other."""


def group(group_id: str) -> Address:
    return Address(Kind.SECURITY_GROUP, group_id, "group")


def drop_rows() -> Iterable[Wanted]:
    yield Wanted("Port_Group", DROP, {"name": DROP_NAME})
    drops = (("from-lport", "inport == @haneul_drop && ip"), ("to-lport", "outport == @haneul_drop && ip"))
    for direction, what in drops:
        yield _acl(Address(DEFAULT_KIND, "drop", direction), DROP, (direction, what, "drop"), _DROP_PRIORITY)
    for number, allowed in enumerate(_ALWAYS_ALLOWED):
        yield _acl(Address(DEFAULT_KIND, "drop", f"allow-{number}"), DROP, allowed, _ALLOW_PRIORITY)
    for number, forbidden in enumerate(_NEVER):
        yield _acl(Address(DEFAULT_KIND, "drop", f"never-{number}"), DROP, forbidden, _NEVER_PRIORITY)


def group_rows(intent: SecurityGroupIntent) -> Iterable[Wanted]:
    own, name = group(intent.id), group_name(intent.id)
    yield Wanted("Port_Group", own, {"name": name}, tags={"haneul:name": intent.name})
    action = "allow-related" if intent.is_stateful else "allow-stateless"
    for rule in intent.rules:
        direction = "to-lport" if rule.is_ingress else "from-lport"
        address = Address(Kind.SECURITY_GROUP, intent.id, f"rule-{rule.id}")
        yield _acl(address, own, (direction, match(rule, name), action), _ALLOW_PRIORITY)


def _acl(address: Address, within: Address, what: tuple[str, str, str], priority: int) -> Wanted:
    direction, matched, action = what
    columns = {"direction": direction, "priority": priority, "match": matched, "action": action}
    return Wanted("ACL", address, columns, within=within)


def address_group_rows(intent: AddressGroupIntent) -> Iterable[Wanted]:
    """A set for each IP version; one without addresses lets nothing through."""
    for version in (4, 6):
        mine = [each for each in intent.addresses if ipaddress.ip_network(each).version == version]
        address = Address(Kind.ADDRESS_GROUP, intent.id, f"ip{version}")
        columns = {"name": set_name(intent.id, version), "addresses": mine}
        yield Wanted("Address_Set", address, columns, tags={"haneul:name": intent.name})
