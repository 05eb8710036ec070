"""Floating IPs: addresses of the outside that lead to servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.handlers.networks import of_project, outside_networks, server_names
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import FloatingIpChanges, NewFloatingIp, Port

FLOATING_IPS = f"{PREFIX}/floating-ips"


@dataclass(frozen=True)
class Target:
    """An address of a server."""

    port_id: str
    address: str
    server: str

    @property
    def value(self) -> str:
        return f"{self.port_id}/{self.address}"


def list_floating_ips(visit: Visit, request: Request) -> Reply:
    return _page(visit)


def allocate_floating_ip(visit: Visit, request: Request) -> Reply:
    try:
        made = visit.rooms.network.floating_ips.create(visit.caller, NewFloatingIp(visit.field("outside")))
    except CloudError as error:
        return _page(visit, error)
    return visit.go(FLOATING_IPS, Told((visit.say("It is there: %(name)s", name=made.address),)))


def lead_floating_ip(visit: Visit, request: Request) -> Reply:
    """To an address of a server's port."""
    port_id, _, address = visit.field("target").partition("/")
    try:
        if not port_id:
            raise Invalid("floating_ip.no_target", "Nothing is chosen that it shall lead to: choose a server.")
        changes = FloatingIpChanges(port_id=port_id, fixed_ip=address or None)
        led = visit.rooms.network.floating_ips.update(visit.caller, visit.field("floating_ip"), changes)
    except CloudError as error:
        return _page(visit, error)
    words = visit.say("%(outside)s leads to %(inside)s.", outside=led.address, inside=led.fixed_ip)
    return visit.go(FLOATING_IPS, Told((words,)))


def let_floating_ip_go(visit: Visit, request: Request) -> Reply:
    """It stays the project's and leads nowhere."""
    floating_ips = visit.rooms.network.floating_ips
    try:
        floating_ips.update(visit.caller, request.params["floating_ip_id"], FloatingIpChanges(port_id=None))
    except CloudError as error:
        return _page(visit, error)
    return visit.go(FLOATING_IPS)


def release_floating_ip(visit: Visit, request: Request) -> Reply:
    floating_ips = visit.rooms.network.floating_ips
    floating = floating_ips.get(visit.caller, request.params["floating_ip_id"])
    doomed = Doomed(
        name=floating.address,
        question=visit.say("Give this address back?"),
        warning=visit.say("Others may get it then: whatever names it outside leads to them."),
        back=FLOATING_IPS,
        home=FLOATING_IPS,
    )
    return ask_or_delete(visit, doomed, lambda: floating_ips.delete(visit.caller, floating.id))


def _page(visit: Visit, error: CloudError | None = None) -> Reply:
    caller, network = visit.caller, visit.rooms.network
    part = part_of(visit, lambda page: network.floating_ips.list(caller, of_project(visit, page)))
    ports = [port for port in network.ports.list(caller, of_project(visit)) if port.device_owner.startswith("compute:")]
    led_to = [each.port.device_id for each in part.rows if each.port is not None]
    names = server_names(visit, ports)
    outside = outside_networks(visit)
    return visit.page(
        "floating_ips.html",
        200 if error is None else status_of(error),
        part=part,
        servers={server_id: names.get(server_id, server_id) for server_id in led_to},
        targets=targets_of(ports, names),
        outside=outside,
        outside_names={str(each.id): each.name or each.id for each in outside},
        message=error.message if error else "",
    )


def targets_of(ports: Sequence[Port], names: Mapping[str, str], *, also_ipv6: bool = False) -> list[Target]:
    """The addresses of these ports of servers, by server. Floating IPs are of IPv4, and so is what they lead to."""
    found = [
        Target(port.id, address, names.get(port.device_id, port.device_id))
        for port in ports
        for address in port.addresses
        if also_ipv6 or ":" not in address
    ]
    return sorted(found, key=lambda target: (target.server, target.address))
