"""What the operator's forms say, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from haneul.console.sessions import Told
from haneul.console.visit import Visit
from haneul.kit.errors import CloudError, Conflict, Invalid, NotFound
from haneul.kit.http import Reply
from haneul.services.identity import Listing, Project


def acted(visit: Visit, where: str, act: Callable[[], object], done: str) -> Reply:
    """To that page, which tells that it is done, or why it was refused."""
    try:
        act()
    except CloudError as error:
        return refused(visit, where, error.message)
    return visit.go(where, Told((done,)))


def refused(visit: Visit, where: str, message: str) -> Reply:
    return visit.go(where, Told(refused=(message,)))


def removed(visit: Visit, page: str, name: str, remove: Callable[[], object], listing: str) -> Reply:
    """For whoever has written the thing's name as `proof`: then its page is no more, and the list is shown."""
    if visit.field("proof").strip() != name.strip():
        return refused(visit, page, visit.say("That is something else: nothing was deleted."))
    try:
        remove()
    except CloudError as error:
        return refused(visit, page, error.message)
    return visit.go(listing, Told((visit.say("Deleted: %(name)s", name=name),)))


def name_of(visit: Visit, longest: int) -> str:
    """What the field `name` says; raises Invalid("console.no_name")."""
    name = visit.field("name").strip()
    if not name or len(name) > longest or not name.isprintable():
        raise Invalid("console.no_name", f"A name is 1 to {longest} characters that can be seen: write another.")
    return name


def number_of(visit: Visit, field: str, least: int, most: int) -> int:
    """Raises Invalid("console.no_number")."""
    text = visit.field(field).strip()
    is_number = text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 20
    if not is_number or not least <= int(text) <= most:
        raise Invalid("console.no_number", f"{field}: write a whole number from {least} to {most}.")
    return int(text)


def project_of(visit: Visit, named: str) -> Project:
    """By id or name; raises NotFound("console.project_not_found") and Conflict("console.several_projects")."""
    projects = visit.rooms.identity.projects
    real = Listing(limit=2).where("is_domain", False)
    found = projects.list(visit.caller, real.where("id", named)) or projects.list(
        visit.caller, real.where("name", named)
    )
    if not found:
        raise NotFound("console.project_not_found", f"There is no project {named}: write its name or its id.")
    if len(found) > 1:
        raise Conflict("console.several_projects", f"Several projects are called {named}: write the id of one.")
    return found[0]


def password_of(visit: Visit) -> str:
    """As it was written, twice; raises Invalid("console.no_password")."""
    password = visit.field("password")
    if not password or password != visit.field("again"):
        raise Invalid("console.no_password", "Write the password, and the same once more.")
    return password
