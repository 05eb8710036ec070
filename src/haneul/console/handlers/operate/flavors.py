"""Flavors: the sizes of servers, and who may use them."""

from __future__ import annotations

from haneul.console.handlers.operate.forms import acted, name_of, number_of, project_of, removed
from haneul.console.handlers.operate.listing import asked_of, sheet_of
from haneul.console.sessions import Told
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.services.compute import Flavor, FlavorFilter
from haneul.services.identity import Listing

FLAVORS = f"{PREFIX}/operate/flavors"
_MOST = 2**31 - 1
_LONGEST_NAME = 255


def list_flavors(visit: Visit, request: Request) -> Reply:
    """By memory and virtual CPUs; public or not."""
    return _listed(visit, request)


def _listed(visit: Visit, request: Request, error: CloudError | None = None) -> Reply:
    asked = asked_of(request.query)
    by_size = Page(PAGE + 1, asked["marker"] or None, (SortKey("memory_mb"), SortKey("vcpus")))
    found = visit.rooms.compute.flavors.list(visit.caller, FlavorFilter(), by_size)
    sheet = sheet_of(FLAVORS, asked, found, lambda flavor: flavor.id)
    message = error.message if error else ""
    return visit.page("operate/flavors.html", 400 if error else 200, sheet=sheet, message=message)


def create_flavor(visit: Visit, request: Request) -> Reply:
    try:
        flavor = Flavor(
            id="",
            name=name_of(visit, _LONGEST_NAME),
            vcpus=number_of(visit, "vcpus", 1, _MOST),
            memory_mib=number_of(visit, "memory_mib", 1, _MOST),
            disk_gib=number_of(visit, "disk_gib", 0, _MOST),
            is_public=visit.field("access") != "chosen",
        )
        made = visit.rooms.compute.flavors.create(visit.caller, flavor)
    except CloudError as error:
        return _listed(visit, request, error)
    return visit.go(f"{FLAVORS}/{made.id}", Told((visit.say("Made: %(name)s", name=made.name),)))


def show_flavor(visit: Visit, request: Request) -> Reply:
    flavor = visit.rooms.compute.flavors.get(visit.caller, request.params["flavor_id"])
    project_ids = () if flavor.is_public else visit.rooms.compute.flavors.list_access(visit.caller, flavor.id)
    known = visit.rooms.identity.projects.list(visit.caller, Listing().where("id", tuple(project_ids)))
    names: dict[str, str] = {project.id: project.name for project in known}
    access = [(project_id, names.get(project_id, "")) for project_id in project_ids]
    return visit.page("operate/flavor.html", flavor=flavor, access=access)


def delete_flavor(visit: Visit, request: Request) -> Reply:
    """Servers of it keep their size."""
    flavors = visit.rooms.compute.flavors
    flavor = flavors.get(visit.caller, request.params["flavor_id"])
    return removed(
        visit, f"{FLAVORS}/{flavor.id}", flavor.name, lambda: flavors.remove(visit.caller, flavor.id), FLAVORS
    )


def add_access(visit: Visit, request: Request) -> Reply:
    flavor_id, named = request.params["flavor_id"], visit.field("project").strip()

    def add() -> None:
        project = project_of(visit, named)
        visit.rooms.compute.flavors.add_access(visit.caller, flavor_id, project.id)

    return acted(visit, f"{FLAVORS}/{flavor_id}", add, visit.say("%(name)s may use it now.", name=named))


def remove_access(visit: Visit, request: Request) -> Reply:
    """From a project, which may be gone itself."""
    flavor_id, project_id = request.params["flavor_id"], visit.field("project")

    def remove() -> None:
        visit.rooms.compute.flavors.remove_access(visit.caller, flavor_id, project_id)

    return acted(visit, f"{FLAVORS}/{flavor_id}", remove, visit.say("It may be used there no more."))
