"""Users: who can sign in, and what they may do where."""

from __future__ import annotations

from dataclasses import replace

from haneul.console.handlers.operate.forms import acted, name_of, password_of, refused
from haneul.console.handlers.operate.listing import asked_of, by_name, sheet_of
from haneul.console.handlers.operate.roles import roles_of
from haneul.console.sessions import Told
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply, Request
from haneul.services.identity import AssignmentQuery, NewUser

USERS = f"{PREFIX}/operate/users"
_LONGEST_NAME = 255


def list_users(visit: Visit, request: Request) -> Reply:
    return _listed(visit, request)


def _listed(visit: Visit, request: Request, error: CloudError | None = None) -> Reply:
    asked = asked_of(request.query, "search")
    found = visit.rooms.identity.users.list(visit.caller, by_name(asked["search"], asked["marker"], PAGE + 1))
    sheet = sheet_of(USERS, asked, found, lambda user: user.id)
    sheet = replace(sheet, rows=sorted(sheet.rows, key=lambda user: user.name.lower()))
    message = error.message if error else ""
    return visit.page("operate/users.html", 400 if error else 200, sheet=sheet, asked=asked, message=message)


def create_user(visit: Visit, request: Request) -> Reply:
    """In the domain of the caller's own project; what they may do is said on their page."""
    try:
        new = NewUser(name=name_of(visit, _LONGEST_NAME), password=password_of(visit))
        made = visit.rooms.identity.users.create(visit.caller, new)
    except CloudError as error:
        return _listed(visit, request, error)
    return visit.go(f"{USERS}/{made.id}", Told((visit.say("Made: %(name)s", name=made.name),)))


def show_user(visit: Visit, request: Request) -> Reply:
    identity = visit.rooms.identity
    user = identity.users.get(visit.caller, request.params["user_id"])
    given = identity.assignments.list(visit.caller, AssignmentQuery(user_id=user.id))
    roles = identity.roles.list(visit.caller)
    return visit.page("operate/user.html", user=user, given=roles_of(visit, given), roles=roles)


def set_password(visit: Visit, request: Request) -> Reply:
    """All their tokens are void from then on."""
    try:
        password = password_of(visit)
    except CloudError as error:
        return refused(visit, f"{USERS}/{request.params['user_id']}", error.message)
    done = visit.say("The new password holds; every session of the old one has ended.")
    return _changed(visit, request, {"password": password}, done)


def disable_user(visit: Visit, request: Request) -> Reply:
    return _changed(visit, request, {"is_enabled": False}, visit.say("They cannot sign in any more."))


def enable_user(visit: Visit, request: Request) -> Reply:
    return _changed(visit, request, {"is_enabled": True}, visit.say("They can sign in again."))


def _changed(visit: Visit, request: Request, changes: dict[str, object], done: str) -> Reply:
    user_id, users = request.params["user_id"], visit.rooms.identity.users
    return acted(visit, f"{USERS}/{user_id}", lambda: users.update(visit.caller, user_id, changes), done)
