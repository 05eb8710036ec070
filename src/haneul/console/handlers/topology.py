"""The map of a project's networks: what is plugged into what, and what may be done from there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haneul.console.handlers.networks import MOST_OFFERED, of_project, outside_networks
from haneul.console.live import Piece, seen_of
from haneul.console.sessions import Told
from haneul.console.topology import WIDTH, Area, Outside, Plug, Topology, Way, drawn, short
from haneul.console.visit import PREFIX, Visit, if_allowed, status_of
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.kit.ids import is_uuid
from haneul.kit.paging import Page, SortKey
from haneul.services.compute import ListWish, Server, ServerState
from haneul.services.network import (
    INTERFACE_OWNER,
    Filter,
    FloatingIp,
    Listing,
    Port,
    Router,
    Subnet,
    VirtualNetwork,
)

TOPOLOGY = f"{PREFIX}/topology"
_MOST_SERVERS, _MOST_PORTS = 1000, 3000
_BY_NAME = SortKey("name")


@dataclass(frozen=True)
class Found:
    """What the map is made of."""

    outsides: Sequence[VirtualNetwork]
    networks: Sequence[VirtualNetwork]
    """The project's own and those shared with it."""
    subnets: Sequence[Subnet]
    """Of these networks."""
    routers: Sequence[Router]
    ports: Sequence[Port]
    floating_ips: Sequence[FloatingIp]
    servers: Mapping[str, Server]


def show_topology(visit: Visit, request: Request) -> Reply:
    return _page(visit)


def watch_topology(visit: Visit, request: Request) -> Sequence[Piece]:
    return [_piece(visit, _topology(visit, _found(visit)))]


def connect_network(visit: Visit, request: Request) -> Reply:
    """Gives a router a foot in a subnet."""
    try:
        visit.rooms.network.routers.add_interface(visit.caller, visit.field("router"), subnet_id=visit.field("subnet"))
    except CloudError as error:
        return _page(visit, error)
    return visit.go(TOPOLOGY, Told((visit.say("The network is connected to the router."),)))


def _page(visit: Visit, error: CloudError | None = None) -> Reply:
    found = _found(visit)
    topology = _topology(visit, found)
    piece = _piece(visit, topology)
    loose = {area.id for area in topology.areas if area.needs_router}
    names = {str(each.id): each.name or each.id for each in found.networks}
    return visit.page(
        "topology.html",
        200 if error is None else status_of(error),
        topology=topology,
        piece=piece,
        seen=seen_of([piece]),
        opened=_opened(visit),
        chosen=visit.request.query.get("connect") or "",
        loose=[(each, names[each.network_id]) for each in found.subnets if each.network_id in loose],
        routers=found.routers,
        message=error.message if error else "",
    )


def _opened(visit: Visit) -> str:
    """The network whose servers are all drawn."""
    said = visit.request.query.get("open") or ""
    return said if is_uuid(said) else ""


def _piece(visit: Visit, topology: Topology) -> Piece:
    opened = _opened(visit)
    words = {"topology": topology, "drawing": drawn(topology, opened), "width": WIDTH, "short": short}
    return Piece("map", (opened, topology), "pieces/map.html", words)


def _found(visit: Visit) -> Found:
    """Each kind of thing in one query or a few, however many there are."""
    caller, network = visit.caller, visit.rooms.network
    outsides = outside_networks(visit)
    page = Page(MOST_OFFERED, sort=(_BY_NAME,))
    own = network.networks.list(caller, of_project(visit, page))
    shared = network.networks.list(caller, Listing(Filter({"is_shared": (True,)}), page))
    others = [each for each in shared if each.project_id != caller.project_id and not each.is_external]
    networks = [each for each in (*own, *others) if not each.is_external]
    ids = tuple(str(each.id) for each in (*networks, *outsides))
    wish = ListWish(page=Page(_MOST_SERVERS))
    servers = if_allowed(lambda: visit.rooms.compute.servers.list(caller, wish)) or ()
    return Found(
        outsides=outsides,
        networks=networks,
        subnets=network.subnets.list(caller, Listing(Filter({"network_id": ids}))) if ids else (),
        routers=network.routers.list(caller, of_project(visit)),
        ports=network.ports.list(caller, of_project(visit, Page(_MOST_PORTS))),
        floating_ips=network.floating_ips.list(caller, of_project(visit, Page(_MOST_SERVERS))),
        servers={str(server.id): server for server in servers},
    )


def _topology(visit: Visit, found: Found) -> Topology:
    plugs = _plugs(found)
    feet: dict[str, list[str]] = {str(router.id): [] for router in found.routers}
    for port in found.ports:
        if port.device_owner == INTERFACE_OWNER and port.device_id in feet:
            feet[port.device_id].append(port.network_id)
    connected = {network_id for ids in feet.values() for network_id in ids}
    # A server may be plugged into the outside itself.
    shown = [*found.networks, *(each for each in found.outsides if each.id in plugs)]
    areas = [_area(visit, found, each, plugs.get(each.id, ()), connected) for each in shown]
    plugged = {plug.server_id for group in plugs.values() for plug in group}
    alone = [_plug(server) for server_id, server in found.servers.items() if server_id not in plugged]
    if alone:
        areas.append(Area("", visit.say("On no network"), plugs=_sorted(alone)))
    return Topology(
        outsides=tuple(_outside(found, each) for each in found.outsides),
        ways=tuple(_way(router, feet[router.id]) for router in found.routers),
        areas=tuple(areas),
        is_partial=len(found.servers) >= _MOST_SERVERS or len(found.ports) >= _MOST_PORTS,
    )


def _plugs(found: Found) -> dict[str, tuple[Plug, ...]]:
    """The servers on each network, by its id."""
    led: dict[str, list[str]] = {}
    for floating in found.floating_ips:
        if floating.port_id:
            led.setdefault(floating.port_id, []).append(floating.address)
    plugs: dict[str, list[Plug]] = {}
    for port in found.ports:
        server = found.servers.get(port.device_id) if port.device_owner.startswith("compute:") else None
        if server is not None:
            plug = _plug(server, port.addresses, led.get(port.id, ()))
            plugs.setdefault(port.network_id, []).append(plug)
    return {network_id: _sorted(group) for network_id, group in plugs.items()}


def _plug(server: Server, addresses: Iterable[str] = (), floating_ips: Iterable[str] = ()) -> Plug:
    return Plug(str(server.id), server.name, server.state, tuple(addresses), tuple(sorted(floating_ips)))


def _sorted(plugs: Iterable[Plug]) -> tuple[Plug, ...]:
    """Those that need looking at first, then by name, web-2 before web-10."""

    def place(plug: Plug) -> tuple[bool, list[str | int], str]:
        words = re.split(r"(\d+)", plug.name)
        counted = [int(word) if number % 2 else word for number, word in enumerate(words)]
        return plug.state is not ServerState.ERROR, counted, plug.server_id

    return tuple(sorted(plugs, key=place))


def _area(visit: Visit, found: Found, network: VirtualNetwork, plugs: tuple[Plug, ...], connected: set[str]) -> Area:
    cidrs = tuple(subnet.cidr for subnet in found.subnets if subnet.network_id == network.id)
    is_ours = network.project_id == visit.caller.project_id and not network.is_external
    needs_router = is_ours and bool(cidrs) and network.id not in connected
    return Area(str(network.id), network.name or network.id, cidrs, plugs, needs_router)


def _outside(found: Found, network: VirtualNetwork) -> Outside:
    taken = [each for each in found.floating_ips if each.network_id == network.id]
    idle = [each for each in taken if not each.port_id and not each.forwardings]
    return Outside(str(network.id), network.name or network.id, len(taken), len(idle))


def _way(router: Router, network_ids: Iterable[str]) -> Way:
    outside_id = router.gateway.network_id if router.gateway else ""
    return Way(str(router.id), router.name or router.id, outside_id, tuple(sorted(set(network_ids))))
