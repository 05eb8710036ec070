"""Network cards: planned once, plugged on the host that was chosen, unplugged when it all comes to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from haneul.hostapi import NicSpec
from haneul.kit.errors import NotFound
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import PlannedNic, Server, ServerBirth
from haneul.services.compute.parts import Parts
from haneul.services.network import (
    Filter,
    HostBinding,
    Listing,
    NewPort,
    Port,
    WantedIp,
)

SERVER_OWNER = "compute:nova"
"""The owner of ports that servers have, as clients know it."""
_UP = "ACTIVE"


def make_port(parts: Parts, server: Server, nic: PlannedNic) -> None:
    """A port of the server's own is there; asked twice it is the same one."""
    if not nic.is_ours:
        return
    parts.network.ports.create(
        INTERNAL,
        NewPort(
            id=nic.port_id,
            network_id=nic.network_id,
            project_id=server.project_id,
            fixed_ips=(WantedIp(ip_address=nic.fixed_ip),) if nic.fixed_ip else UNSET,
            security_group_ids=nic.security_group_ids or UNSET,
            device_id=server.id,
            device_owner=SERVER_OWNER,
            goes_with_device=True,
            dns_name=server.hostname,
        ),
    )


def bind_to_host(parts: Parts, server_id: str, host_id: str, nic: PlannedNic) -> None:
    """The port is the server's and shall come up on the host; the network knows it when this returns."""
    host = parts.store.hosts.find(host_id)
    if host is None or host.inventory is None:
        raise NotFound("host.absent", f"Host {host_id} was removed: try again.")
    binding = HostBinding(host.id, host.name, host.inventory.chassis)
    parts.network.ports.bind(INTERNAL, nic.port_id, server_id, binding)


def let_go(parts: Parts, server_id: str, nic: PlannedNic) -> None:
    """A port of the server's own is gone, another one is free again. Fine if it is so already."""
    with parts.db.write():
        if any(port.id == nic.port_id for port in ports_of(parts, server_id)):
            parts.network.ports.unbind(nic.port_id)


def ports_of(parts: Parts, server_id: str) -> Sequence[Port]:
    """The ports that the server really has: what a tenant writes into a port's device_id alone does not count."""
    owned = Filter({"device_id": (server_id,), "device_owner": (SERVER_OWNER,)})
    return parts.network.ports.list(INTERNAL, Listing(owned))


def ports_are_up(parts: Parts, server_id: str) -> bool:
    """True once every port of the server that is switched on carries traffic on its host."""
    return all(port.status == _UP or not port.is_admin_up for port in ports_of(parts, server_id))


def in_order(parts: Parts, server_id: str, birth: ServerBirth) -> tuple[NicSpec, ...]:
    """The server's cards: those it was born with in the order asked for, then those it got later."""
    place = {nic.port_id: n for n, nic in enumerate(birth.nics)}
    return tuple(sorted(parts.network.ports.nics(server_id), key=lambda nic: place.get(nic.port_id, len(place))))
