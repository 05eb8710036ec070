"""QoS as meters and marks of logical switches. Source: ovn-nb(5), table QoS.

Rates are kept by OpenFlow meters, which the kernel's datapath has as well as the one in user space.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from haneul.drivers.network.ovn.networks import switch
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import FloatingIpIntent, Kind, PortIntent, QosIntent

_PRIORITY = 2002
_OUT, _IN = "from-lport", "to-lport"


def port_qos_rows(port: PortIntent) -> Iterable[Wanted]:
    """What the port sends and receives, where it is plugged."""
    matches = {_OUT: f'inport == "{port.id}"', _IN: f'outport == "{port.id}"'}
    yield from _rows(Address(Kind.PORT, port.id, ""), port.network_id, matches, port.qos)


def floating_ip_qos_rows(floating: FloatingIpIntent) -> Iterable[Wanted]:
    """What passes by the address, where the router's way out meets the network outside."""
    if not floating.gateway_port_id:
        return
    port = floating.gateway_port_id
    matches = {
        _OUT: f'inport == "{port}" && ip4.src == {floating.address}',
        _IN: f'outport == "{port}" && ip4.dst == {floating.address}',
    }
    yield from _rows(Address(Kind.FLOATING_IP, floating.id, ""), floating.network_id, matches, floating.qos)


def _rows(thing: Address, network_id: str, matches: Mapping[str, str], qos: QosIntent) -> Iterable[Wanted]:
    bands = {_OUT: _band(qos.egress_kbps, qos.egress_burst_kbps), _IN: _band(qos.ingress_kbps, qos.ingress_burst_kbps)}
    actions = {_OUT: {} if qos.dscp_mark is None else {"dscp": qos.dscp_mark}, _IN: dict[str, int]()}
    for direction, match in matches.items():
        if not bands[direction] and not actions[direction]:
            continue
        columns: dict[str, Any] = {
            "direction": direction,
            "priority": _PRIORITY,
            "match": match,
            "bandwidth": bands[direction],
            "action": actions[direction],
        }
        yield Wanted("QoS", Address(thing.kind, thing.id, f"qos-{direction}"), columns, within=switch(network_id))


def _band(kbps: int | None, burst_kbps: int) -> dict[str, int]:
    """OVN has no rate of 0 and no burst of less than a packet; without a burst TCP reaches half of the rate only."""
    if kbps is None:
        return {}
    rate = max(1, kbps)
    return {"rate": rate, "burst": burst_kbps or rate}
