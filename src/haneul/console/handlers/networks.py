"""Networks: those that a project has and may use, and one with its subnets and what is plugged into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, if_allowed, status_of
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.services.compute import ListWish, ServerFilter
from haneul.services.network import (
    Filter,
    Listing,
    NewNetwork,
    NewSubnet,
    Port,
    Router,
    Subnet,
    VirtualNetwork,
)

NETWORKS = f"{PREFIX}/networks"
MOST_OFFERED = 200
"""So many things one may choose among on a page."""
_BY_NAME = SortKey("name")


@dataclass(frozen=True)
class Usable:
    """The networks of others that a project may use."""

    outside: Sequence[VirtualNetwork]
    """By which routers lead out, and where floating IPs are from."""
    shared: Sequence[VirtualNetwork]


def list_networks(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def create_network(visit: Visit, request: Request) -> Reply:
    """A network, with a subnet if a range is said, on a router if one is chosen: all of it or nothing."""
    caller, network = visit.caller, visit.rooms.network
    try:
        with network.together():
            made = network.networks.create(caller, NewNetwork(name=visit.field("name").strip()))
            if visit.field("cidr").strip():
                subnet = network.subnets.create(caller, _new_subnet(visit, made.id))
                if visit.field("router"):
                    network.routers.add_interface(caller, visit.field("router"), subnet_id=subnet.id)
    except CloudError as error:
        return _list_page(visit, error)
    return visit.go(f"{NETWORKS}/{made.id}", Told((visit.say("It is there: %(name)s", name=made.name or made.id),)))


def show_network(visit: Visit, request: Request) -> Reply:
    return _network_page(visit, visit.rooms.network.networks.get(visit.caller, request.params["network_id"]))


def delete_network(visit: Visit, request: Request) -> Reply:
    networks = visit.rooms.network.networks
    network = networks.get(visit.caller, request.params["network_id"])
    doomed = Doomed(
        name=network.name or network.id,
        question=visit.say("Delete this network?"),
        warning=visit.say("Its subnets go with it. Nothing may be plugged into it any more."),
        back=f"{NETWORKS}/{network.id}",
        home=NETWORKS,
    )
    return ask_or_delete(visit, doomed, lambda: networks.delete(visit.caller, network.id))


def create_subnet(visit: Visit, request: Request) -> Reply:
    network = visit.rooms.network.networks.get(visit.caller, request.params["network_id"])
    try:
        made = visit.rooms.network.subnets.create(visit.caller, _new_subnet(visit, network.id))
    except CloudError as error:
        return _network_page(visit, network, error)
    return visit.go(f"{NETWORKS}/{network.id}", Told((visit.say("It is there: %(name)s", name=made.cidr),)))


def delete_subnet(visit: Visit, request: Request) -> Reply:
    subnets = visit.rooms.network.subnets
    subnet = subnets.get(visit.caller, request.params["subnet_id"])
    page = f"{NETWORKS}/{subnet.network_id}"
    doomed = Doomed(
        name=subnet.name or subnet.cidr,
        question=visit.say("Delete this subnet?"),
        warning=visit.say("Nothing may have an address of it any more."),
        back=page,
        home=page,
    )
    return ask_or_delete(visit, doomed, lambda: subnets.delete(visit.caller, subnet.id))


def delete_port(visit: Visit, request: Request) -> Reply:
    ports = visit.rooms.network.ports
    port = ports.get(visit.caller, request.params["port_id"])
    page = f"{NETWORKS}/{port.network_id}"
    doomed = Doomed(
        name=port.name or port.id,
        question=visit.say("Delete this port?"),
        warning=visit.say("Whatever it plugs in is cut off from the network, and its addresses are free again."),
        back=page,
        home=page,
    )
    return ask_or_delete(visit, doomed, lambda: ports.delete(visit.caller, port.id))


def of_project(visit: Visit, page: Page | None = None, **where: tuple[object, ...]) -> Listing:
    """What is the project's own, even for those who see everybody's."""
    return Listing(Filter({"project_id": (visit.caller.project_id,), **where}), page or Page(MOST_OFFERED))


def outside_networks(visit: Visit) -> Sequence[VirtualNetwork]:
    wanted = Listing(Filter({"is_external": (True,)}), Page(MOST_OFFERED, sort=(_BY_NAME,)))
    return visit.rooms.network.networks.list(visit.caller, wanted)


def own_routers(visit: Visit) -> Sequence[Router]:
    return visit.rooms.network.routers.list(visit.caller, of_project(visit))


def server_names(visit: Visit, ports: Sequence[Port]) -> Mapping[str, str]:
    """By id, of the servers that these ports are plugged into and that the caller sees; in one query."""
    ids = frozenset(port.device_id for port in ports if port.device_owner.startswith("compute:"))
    if not ids:
        return {}
    wish = ListWish(ServerFilter(ids=ids))
    servers = if_allowed(lambda: visit.rooms.compute.servers.list(visit.caller, wish)) or ()
    return {str(server.id): server.name for server in servers}


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    caller, network = visit.caller, visit.rooms.network
    part = part_of(visit, lambda page: network.networks.list(caller, of_project(visit, page)), _BY_NAME)
    shared = network.networks.list(caller, Listing(Filter({"is_shared": (True,)}), Page(MOST_OFFERED)))
    usable = Usable(
        [each for each in outside_networks(visit) if each.project_id != caller.project_id],
        [each for each in shared if each.project_id != caller.project_id and not each.is_external],
    )
    shown = [*part.rows, *usable.outside, *usable.shared]
    return visit.page(
        "networks.html",
        200 if error is None else status_of(error),
        part=part,
        usable=usable,
        subnets_by_network=_subnets_of(visit, shown),
        routers=own_routers(visit),
        message=error.message if error else "",
    )


def _subnets_of(visit: Visit, networks: Sequence[VirtualNetwork]) -> dict[str, list[Subnet]]:
    wanted = Listing(Filter({"network_id": tuple(network.id for network in networks)}))
    found: dict[str, list[Subnet]] = {network.id: [] for network in networks}
    for subnet in visit.rooms.network.subnets.list(visit.caller, wanted) if networks else ():
        found[subnet.network_id].append(subnet)
    return found


def _network_page(visit: Visit, network: VirtualNetwork, error: CloudError | None = None) -> Reply:
    ports = part_of(
        visit,
        lambda page: visit.rooms.network.ports.list(visit.caller, Listing(Filter({"network_id": (network.id,)}), page)),
    )
    return visit.page(
        "network.html",
        200 if error is None else status_of(error),
        network=network,
        is_ours=network.project_id == visit.caller.project_id,
        subnets=_subnets_of(visit, [network])[network.id],
        ports=ports,
        servers=server_names(visit, ports.rows),
        routers={str(each.id): each.name or each.id for each in own_routers(visit)},
        message=error.message if error else "",
    )


def _new_subnet(visit: Visit, network_id: str) -> NewSubnet:
    """As the form says. Of an IPv6 range of the usual size guests make their addresses themselves (SLAAC)."""
    cidr = visit.field("cidr").strip()
    is_ipv6 = ":" in cidr
    mode = None if not is_ipv6 else "slaac" if cidr.endswith("/64") else "dhcpv6-stateful"
    return NewSubnet(
        network_id=network_id,
        ip_version=6 if is_ipv6 else 4,
        cidr=cidr,
        name=visit.field("subnet_name").strip(),
        dns_servers=tuple(re.split(r"[\s,]+", visit.field("dns").strip())) if visit.field("dns").strip() else (),
        ra_mode=mode,
        address_mode=mode,
    )
