"""Projects: who owns things, who works in them, and how much they may have."""

from __future__ import annotations

from dataclasses import replace

from haneul.console.handlers.operate.forms import acted, name_of
from haneul.console.handlers.operate.listing import asked_of, by_name, sheet_of
from haneul.console.handlers.operate.quotas import rows_of
from haneul.console.handlers.operate.roles import roles_of
from haneul.console.sessions import Told
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.services.identity import AssignmentQuery, NewProject

PROJECTS = f"{PREFIX}/operate/projects"
LONGEST_NAME = 64
_LONGEST_DESCRIPTION = 1000


def list_projects(visit: Visit, request: Request) -> Reply:
    return _listed(visit, request)


def _listed(visit: Visit, request: Request, error: CloudError | None = None) -> Reply:
    asked = asked_of(request.query, "search")
    listing = by_name(asked["search"], asked["marker"], PAGE + 1).where("is_domain", False)
    found = visit.rooms.identity.projects.list(visit.caller, listing)
    sheet = sheet_of(PROJECTS, asked, found, lambda project: project.id)
    sheet = replace(sheet, rows=sorted(sheet.rows, key=lambda project: project.name.lower()))
    message = error.message if error else ""
    return visit.page("operate/projects.html", 400 if error else 200, sheet=sheet, asked=asked, message=message)


def create_project(visit: Visit, request: Request) -> Reply:
    """In the domain of the caller's own project."""
    try:
        new = NewProject(
            name=name_of(visit, LONGEST_NAME), description=visit.field("description").strip()[:_LONGEST_DESCRIPTION]
        )
        made = visit.rooms.identity.projects.create(visit.caller, new)
    except CloudError as error:
        return _listed(visit, request, error)
    return visit.go(f"{PROJECTS}/{made.id}", Told((visit.say("Made: %(name)s", name=made.name),)))


def show_project(visit: Visit, request: Request) -> Reply:
    """With the roles that are given on it, and its quotas beside what it uses."""
    identity = visit.rooms.identity
    project = identity.projects.get(visit.caller, request.params["project_id"])
    given = identity.assignments.list(visit.caller, AssignmentQuery(project_id=project.id))
    return visit.page(
        "operate/project.html",
        project=project,
        given=roles_of(visit, given),
        roles=identity.roles.list(visit.caller),
        quotas=rows_of(visit, project.id),
    )


def disable_project(visit: Visit, request: Request) -> Reply:
    """Nobody works in it; what it has stays."""
    return _changed(visit, request, False, visit.say("Nobody can work in it now; what it has stays."))


def enable_project(visit: Visit, request: Request) -> Reply:
    return _changed(visit, request, True, visit.say("It can be worked in again."))


def _changed(visit: Visit, request: Request, is_enabled: bool, done: str) -> Reply:
    project_id, projects = request.params["project_id"], visit.rooms.identity.projects
    changes = {"is_enabled": is_enabled}
    return acted(visit, f"{PROJECTS}/{project_id}", lambda: projects.update(visit.caller, project_id, changes), done)
