"""Names of guests, answered on the host itself: OVN looks into every question to any name server. Source: ovn-nb(5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from haneul.drivers.network.ovn.networks import switch
from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import FloatingIpIntent, Kind, PortIntent, PortRole


def port_name_rows(port: PortIntent) -> Iterable[Wanted]:
    """What its network is told of a guest, forwards and back."""
    if not port.names or not port.addresses or port.role is not PortRole.GUEST:
        return
    ips = [address.ip for address in port.addresses]
    back = {ipaddress.ip_address(ip).reverse_pointer: port.names[-1] for ip in ips}
    columns = {"records": dict.fromkeys(port.names, " ".join(ips)) | back}
    yield Wanted("DNS", Address(Kind.PORT, port.id, "names"), columns, within=switch(port.network_id))


def floating_ip_name_rows(floating: FloatingIpIntent) -> Iterable[Wanted]:
    """What is told of it outside, and to the neighbours of the guest that it leads to."""
    columns = {"records": dict.fromkeys(floating.names, floating.address)}
    places = {"names": floating.network_id, "names-inside": floating.inside_network_id}
    for part, network_id in places.items():
        if floating.names and network_id:
            address = Address(Kind.FLOATING_IP, floating.id, part)
            yield Wanted("DNS", address, columns, within=switch(network_id))
