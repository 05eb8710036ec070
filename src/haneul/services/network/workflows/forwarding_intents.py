"""Port forwardings, told port by port."""

from __future__ import annotations

from collections.abc import Iterable

from haneul.services.network.driver import ForwardingIntent
from haneul.services.network.model.forwardings import Forwarding


def forwarding_intents(forwardings: Iterable[Forwarding]) -> tuple[ForwardingIntent, ...]:
    """In the order of protocol and port; where there is one inner port, all outer ports lead to it."""
    found = [
        ForwardingIntent(
            protocol=each.protocol,
            outer_port=each.outer.first + offset,
            fixed_ip=each.fixed_ip,
            inner_port=each.inner_port(each.outer.first + offset),
        )
        for each in forwardings
        for offset in range(len(each.outer))
    ]
    return tuple(sorted(found, key=lambda each: (each.protocol, each.outer_port)))
