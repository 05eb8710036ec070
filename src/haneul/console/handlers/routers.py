"""Routers: the way out of a project's networks, and between them."""

from __future__ import annotations

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.handlers.networks import of_project, outside_networks
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.kit.paging import SortKey
from haneul.services.network import (
    INTERFACE_OWNER,
    Filter,
    Listing,
    NewRouter,
    Router,
    RouterChanges,
    WantedGateway,
)

ROUTERS = f"{PREFIX}/routers"


def list_routers(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def create_router(visit: Visit, request: Request) -> Reply:
    """A router, with a way out and a foot in a subnet if these are chosen: all of it or nothing."""
    network, gateway = visit.rooms.network, visit.field("outside")
    new = NewRouter(name=visit.field("name").strip(), gateway=WantedGateway(gateway) if gateway else None)
    try:
        with network.together():
            made = network.routers.create(visit.caller, new)
            if visit.field("subnet"):
                network.routers.add_interface(visit.caller, made.id, subnet_id=visit.field("subnet"))
    except CloudError as error:
        return _list_page(visit, error)
    return visit.go(f"{ROUTERS}/{made.id}", Told((visit.say("It is there: %(name)s", name=made.name or made.id),)))


def show_router(visit: Visit, request: Request) -> Reply:
    return _router_page(visit, visit.rooms.network.routers.get(visit.caller, request.params["router_id"]))


def set_gateway(visit: Visit, request: Request) -> Reply:
    """Out by the network that is chosen; by none where none is."""
    router_id, chosen = request.params["router_id"], visit.field("outside")
    changes = RouterChanges(gateway=WantedGateway(chosen) if chosen else None)
    router = visit.rooms.network.routers.get(visit.caller, router_id)
    try:
        visit.rooms.network.routers.update(visit.caller, router_id, changes)
    except CloudError as error:
        return _router_page(visit, router, error)
    return visit.go(f"{ROUTERS}/{router_id}")


def add_interface(visit: Visit, request: Request) -> Reply:
    router = visit.rooms.network.routers.get(visit.caller, request.params["router_id"])
    try:
        visit.rooms.network.routers.add_interface(visit.caller, router.id, subnet_id=visit.field("subnet"))
    except CloudError as error:
        return _router_page(visit, router, error)
    return visit.go(f"{ROUTERS}/{router.id}")


def remove_interface(visit: Visit, request: Request) -> Reply:
    router = visit.rooms.network.routers.get(visit.caller, request.params["router_id"])
    try:
        visit.rooms.network.routers.remove_interface(visit.caller, router.id, port_id=visit.field("port"))
    except CloudError as error:
        return _router_page(visit, router, error)
    return visit.go(f"{ROUTERS}/{router.id}")


def delete_router(visit: Visit, request: Request) -> Reply:
    routers = visit.rooms.network.routers
    router = routers.get(visit.caller, request.params["router_id"])
    doomed = Doomed(
        name=router.name or router.id,
        question=visit.say("Delete this router?"),
        warning=visit.say("Its way out goes with it. Take its subnets off it first."),
        back=f"{ROUTERS}/{router.id}",
        home=ROUTERS,
    )
    return ask_or_delete(visit, doomed, lambda: routers.delete(visit.caller, router.id))


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    caller, network = visit.caller, visit.rooms.network
    outside = outside_networks(visit)
    return visit.page(
        "routers.html",
        200 if error is None else status_of(error),
        part=part_of(visit, lambda page: network.routers.list(caller, of_project(visit, page)), SortKey("name")),
        outside=outside,
        outside_names={str(each.id): each.name or each.id for each in outside},
        subnets=network.subnets.list(caller, of_project(visit)),
        message=error.message if error else "",
    )


def _router_page(visit: Visit, router: Router, error: CloudError | None = None) -> Reply:
    caller, network = visit.caller, visit.rooms.network
    feet = Filter({"device_id": (router.id,), "device_owner": (INTERFACE_OWNER,)})
    ports = network.ports.list(caller, Listing(feet))
    subnet_ids = {fixed.subnet_id for port in ports for fixed in port.fixed_ips}
    subnets = network.subnets.list(caller, of_project(visit))
    connected = network.subnets.list(caller, Listing(Filter({"id": tuple(subnet_ids)}))) if subnet_ids else []
    outside = outside_networks(visit)
    return visit.page(
        "router.html",
        200 if error is None else status_of(error),
        router=router,
        ports=ports,
        subnets_by_id={str(subnet.id): subnet for subnet in connected},
        free=[subnet for subnet in subnets if subnet.id not in subnet_ids],
        outside=outside,
        outside_names={str(each.id): each.name or each.id for each in outside},
        message=error.message if error else "",
    )
