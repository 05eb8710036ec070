"""Matches and options in OVN's own language, made of checked values only."""

from __future__ import annotations

import ipaddress
import re

from haneul.kit.errors import Invalid
from haneul.services.network.driver import RuleIntent

_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_TRANSPORTS = {6: "tcp", 17: "udp", 132: "sctp"}
_ICMP = {1: "icmp4", 58: "icmp6"}


def group_name(group_id: str) -> str:
    """The port group of a security group; OVN allows no dashes in it."""
    return "sg_" + group_id.replace("-", "_")


def set_name(group_id: str, version: int) -> str:
    """The address set of an address group's ranges of one IP version."""
    return f"ag_{group_id.replace('-', '_')}_ip{version}"


def quoted(text: str) -> str:
    """A DHCP string option: OVN wants its double quotes inside the value."""
    if not _HOSTNAME.fullmatch(text):
        raise Invalid(
            "network.bad_dhcp_text", f"{text!r} cannot be told by DHCP: use letters, digits, dots and dashes."
        )
    return f'"{text}"'


def addresses(texts: tuple[str, ...]) -> str:
    """A DHCP list of addresses: {10.0.0.1, 10.0.0.2}."""
    return "{" + ", ".join(str(ipaddress.ip_address(text)) for text in texts) + "}"


def match(rule: RuleIntent, group: str) -> str:
    """What a rule lets through, for the ports of its group."""
    side = f"outport == @{group}" if rule.is_ingress else f"inport == @{group}"
    family = "ip6" if rule.is_ipv6 else "ip4"
    return " && ".join([side, family, *_remote(rule, family), *_protocol(rule)])


def _remote(rule: RuleIntent, family: str) -> list[str]:
    field = f"{family}.src" if rule.is_ingress else f"{family}.dst"
    found = []
    if rule.remote_cidr is not None:
        network = ipaddress.ip_network(rule.remote_cidr, strict=False)
        if network.prefixlen:
            found.append(f"{field} == {network}")
    if rule.remote_group_id is not None:
        found.append(f"{field} == ${group_name(rule.remote_group_id)}_{family}")
    if rule.remote_address_group_id is not None:
        found.append(f"{field} == ${set_name(rule.remote_address_group_id, 6 if rule.is_ipv6 else 4)}")
    return found


def _protocol(rule: RuleIntent) -> list[str]:
    if rule.protocol is None:
        return []
    number = int(rule.protocol)
    if number in _ICMP:
        name = _ICMP[number]
        parts = [name]
        if rule.first is not None:
            parts.append(f"{name}.type == {int(rule.first)}")
        if rule.last is not None:
            parts.append(f"{name}.code == {int(rule.last)}")
        return parts
    if number not in _TRANSPORTS:
        return [f"ip.proto == {number}"]
    name = _TRANSPORTS[number]
    if rule.first is None or rule.last is None:
        return [name]
    if rule.first == rule.last:
        return [name, f"{name}.dst == {int(rule.first)}"]
    return [name, f"{name}.dst >= {int(rule.first)}", f"{name}.dst <= {int(rule.last)}"]
