"""What makes a security group rule sensible."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from haneul.kit.errors import Invalid
from haneul.services.network.model.protocols import ICMP, ICMPV6, NUMBERS, TCP, UDP, WITH_PORTS, protocol_number
from haneul.services.network.model.security_groups import EGRESS, INGRESS, IPV4, IPV6, NewRule

_MAX_PORT, _MAX_ICMP, _MAX_PROTOCOL = 65535, 255, 255
_IPV6_NAMES = ("icmpv6", "ipv6-icmp", "ipv6-encap", "ipv6-frag", "ipv6-nonxt", "ipv6-opts", "ipv6-route")
_IPV6_ONLY = frozenset({*_IPV6_NAMES, *(str(NUMBERS[name]) for name in _IPV6_NAMES)})


def check_rule(new: NewRule) -> NewRule:
    """The rule in its one form. Raises Invalid `security_group_rule.*`."""
    if new.direction not in (INGRESS, EGRESS):
        raise _wrong("direction", f"direction is ingress or egress, not {new.direction!r:.40}")
    ethertype = {"ipv4": IPV4, "ipv6": IPV6}.get(new.ethertype.lower())
    if ethertype is None:
        raise _wrong("ethertype", f"ethertype is IPv4 or IPv6, not {new.ethertype!r:.40}")
    protocol = _protocol(new.protocol)
    if protocol in _IPV6_ONLY and ethertype == IPV4:
        raise _wrong("ethertype", f"Invalid ethertype IPv4 for protocol {protocol}: use IPv6")
    remotes = (new.remote_group_id, new.remote_ip_prefix, new.remote_address_group_id)
    if len(remotes) - remotes.count(None) > 1:
        raise Invalid(
            "security_group_rule.two_remotes",
            "Only remote_ip_prefix, remote_group_id or remote_address_group_id may be provided: choose one.",
        )
    checked = replace(new, ethertype=ethertype, protocol=protocol, remote_ip_prefix=_prefix(new, ethertype))
    _check_ports(checked, protocol_number(protocol, ethertype == IPV6))
    return checked


def _protocol(protocol: str | None) -> str | None:
    if protocol is None or protocol.lower() == "any":
        return None
    name = protocol.lower()
    if name in NUMBERS or (name.isascii() and name.isdigit() and int(name) <= _MAX_PROTOCOL):
        return name
    raise Invalid(
        "security_group_rule.bad_protocol",
        f"Security group rule protocol {protocol!r:.40} not supported: give a name such as tcp, or a number up to 255.",
    )


def _prefix(new: NewRule, ethertype: str) -> str | None:
    """The remote range as it was said, with its prefix length; an address is a range of one."""
    if new.remote_ip_prefix is None:
        return None
    try:
        cidr = ipaddress.ip_interface(new.remote_ip_prefix)
    except ValueError as error:
        raise _wrong("prefix", f"'{new.remote_ip_prefix:.60}' is not a range of addresses, as 10.0.0.0/8") from error
    if (cidr.version == 4) != (ethertype == IPV4):
        raise _wrong("prefix", f"Conflicting value ethertype {ethertype} for CIDR {cidr}: use the other ethertype")
    return cidr.with_prefixlen


def _check_ports(rule: NewRule, number: int | None) -> None:
    low, high = rule.port_min, rule.port_max
    if low is None and high is None:
        return
    if number in (ICMP, ICMPV6):
        _check_icmp(low, high)
        return
    if number is None:
        raise Invalid("security_group_rule.no_protocol", "Must also specify protocol if port range is given.")
    if number not in WITH_PORTS:
        raise _wrong("ports", f"Port range cannot be specified for protocol {rule.protocol}: leave it out")
    lowest = 1 if number in (TCP, UDP) else 0
    for value in (low, high):
        if value is not None and not lowest <= value <= _MAX_PORT:
            raise Invalid(
                "security_group_rule.bad_port",
                f"Invalid value for port {value}: it must be {lowest} to {_MAX_PORT}.",
            )
    if low is None or high is None or low > high:
        raise Invalid(
            "security_group_rule.bad_range", "For TCP/UDP protocols, port_range_min must be <= port_range_max."
        )


def _check_icmp(kind: int | None, code: int | None) -> None:
    if kind is None:
        raise Invalid(
            "security_group_rule.no_icmp_type",
            f"ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing.",
        )
    for name, field, value in (("type", "port-range-min", kind), ("code", "port-range-max", code)):
        if value is not None and not 0 <= value <= _MAX_ICMP:
            raise Invalid(
                "security_group_rule.bad_icmp",
                f"Invalid value for ICMP {name} ({field}) {value}: it must be 0 to {_MAX_ICMP}.",
            )


def _wrong(code: str, why: str) -> Invalid:
    return Invalid(f"security_group_rule.bad_{code}", f"Invalid input for security group rule: {why}.")
