"""IP protocols by the names that Neutron's API knows."""

from __future__ import annotations

NUMBERS = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "hopopt": 0,
    "icmp": 1,
    "icmpv6": 58,
    "igmp": 2,
    "ip": 0,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
ICMP, ICMPV6, TCP, UDP = 1, 58, 6, 17
WITH_PORTS = frozenset({6, 17, 33, 132, 136})
ANY = ("any", "0", "ip", "hopopt")
"""Every protocol: the same as none."""


def protocol_number(protocol: str | None, is_ipv6: bool) -> int | None:
    """The number that packets bear; None for any protocol. In IPv6 `icmp` means its own ICMP."""
    if protocol is None or protocol in ANY:
        return None
    number = int(protocol) if protocol.isdigit() else NUMBERS[protocol]
    return ICMPV6 if is_ipv6 and number == ICMP else number
