"""What stops a packet at a port: its state, its security groups."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from haneul.services.network.driver import RuleIntent
from haneul.services.network.model.explaining import Packet, Stop
from haneul.services.network.model.ports import ACTIVE, Port
from haneul.services.network.parts import Parts
from haneul.services.network.workflows.group_intents import group_intents

_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}


def state_stops(port: Port) -> list[Stop]:
    where = f"port {port.id}"
    if not port.is_admin_up:
        return [
            Stop(
                "state", where, "it is switched off (admin_state_up is false)", f"openstack port set --enable {port.id}"
            )
        ]
    if port.device_owner.startswith("network:") or port.status == ACTIVE:
        return []
    if not port.device_id:
        return [Stop("state", where, "it belongs to no server", f"openstack server add port SERVER {port.id}")]
    return [Stop("state", where, f"it is {port.status}: its server is not running on a host", "Start its server.")]


def egress_stops(parts: Parts, port: Port, packet: Packet, remote_groups: frozenset[str]) -> list[Stop]:
    return _stops(parts, port, packet, remote_groups, is_ingress=False)


def ingress_stops(parts: Parts, port: Port, packet: Packet, remote_groups: frozenset[str]) -> list[Stop]:
    return _stops(parts, port, packet, remote_groups, is_ingress=True)


def _stops(parts: Parts, port: Port, packet: Packet, remote_groups: frozenset[str], *, is_ingress: bool) -> list[Stop]:
    if not port.has_port_security:
        return []
    groups = parts.store.security_groups.by_ids(port.security_group_ids).values()
    rules = [rule for group in group_intents(groups) for rule in group.rules if rule.is_ingress is is_ingress]
    named = parts.store.address_groups.by_ids(
        rule.remote_address_group_id for rule in rules if rule.remote_address_group_id is not None
    )
    remote = ip_address(packet.source if is_ingress else packet.target)
    around = {group.id for group in named.values() if any(remote in ip_network(each) for each in group.addresses)}
    if any(lets_pass(rule, packet, remote_groups | around) for rule in rules):
        return []
    where = "security groups " + (", ".join(f"{group.name} ({group.id})" for group in groups) or "(none)")
    direction = "ingress" if is_ingress else "egress"
    reason = f"none of the {len(rules)} {direction} rules of port {port.id} lets {_said(packet)} pass"
    return [Stop("rule", where, reason, _remedy(packet, direction, [group.id for group in groups]))]


def _said(packet: Packet) -> str:
    name = _NAMES.get(packet.protocol, f"protocol {packet.protocol}")
    return f"{name}{f' to port {packet.number}' if packet.number else ''} from {packet.source} to {packet.target}"


def _remedy(packet: Packet, direction: str, group_ids: Iterable[str]) -> str:
    remote = packet.source if direction == "ingress" else packet.target
    words = [
        f"openstack security group rule create --{direction}",
        f"--ethertype {'IPv6' if packet.is_ipv6 else 'IPv4'} --protocol {_NAMES.get(packet.protocol, packet.protocol)}",
        f"--dst-port {packet.number}" if packet.number else "",
        f"--remote-ip {remote}/{128 if packet.is_ipv6 else 32}",
        next(iter(group_ids), "GROUP (put the port into one first)"),
    ]
    return " ".join(word for word in words if word)


def lets_pass(rule: RuleIntent, packet: Packet, remote_groups: frozenset[str]) -> bool:
    """True if the rule is about such packets; `remote_groups`: those that the other end is in, of addresses too."""
    if rule.is_ipv6 != packet.is_ipv6:
        return False
    if rule.protocol is not None and rule.protocol != packet.protocol:
        return False
    remote = packet.source if rule.is_ingress else packet.target
    if rule.remote_cidr is not None and ip_address(remote) not in ip_network(rule.remote_cidr, strict=False):
        return False
    if rule.remote_group_id is not None and rule.remote_group_id not in remote_groups:
        return False
    if rule.remote_address_group_id is not None and rule.remote_address_group_id not in remote_groups:
        return False
    is_narrow = rule.first is not None and packet.number is not None
    return not is_narrow or (rule.first or 0) <= (packet.number or 0) <= (rule.last or rule.first or 0)
