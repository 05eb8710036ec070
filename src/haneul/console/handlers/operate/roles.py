"""Who has which role where: told, given, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.console.handlers.operate.forms import acted, project_of
from haneul.console.visit import PREFIX, Visit, own_page
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.identity import ActorKind, Assignment, CountingAssignment, Listing, Place, User

_KINDS: Mapping[str, ActorKind] = {"user": "user", "group": "group"}


@dataclass(frozen=True)
class GivenRole:
    """A role that is given directly, with the names of all that it joins."""

    assignment: Assignment
    actor: str
    target: str
    role: str

    @property
    def is_of_project(self) -> bool:
        return self.assignment.target_kind == "project"


def roles_of(visit: Visit, found: Sequence[CountingAssignment]) -> Sequence[GivenRole]:
    """By the names of who has them; in a number of queries that does not grow."""
    names = visit.rooms.identity.assignments.names(found)
    actors: dict[str, str] = {user_id: user.name for user_id, user in names.users.items()}
    actors |= {group_id: group.name for group_id, group in names.groups.items()}
    given = []
    for each in (counting.assignment for counting in found):
        actor, target = actors.get(each.actor_id, each.actor_id), names.projects.get(each.target_id)
        role = names.roles[each.role_id].name
        given.append(GivenRole(each, actor, target.name if target else each.target_id, role))
    return sorted(given, key=lambda each: (each.actor.lower(), each.target.lower(), each.role))


def give_role(visit: Visit, request: Request) -> Reply:
    """`user` and `project`: each by name or id."""

    def give() -> None:
        user, project = _user_of(visit, visit.field("user").strip()), project_of(visit, visit.field("project").strip())
        place = Place("user", user.id, "project", project.id)
        visit.rooms.identity.grants.give(visit.caller, place, visit.field("role"))

    return acted(visit, _back(visit), give, visit.say("The role is given."))


def take_role(visit: Visit, request: Request) -> Reply:
    """`actor`, `actor_id` and `project`: as the assignment has them."""

    def take() -> None:
        kind = _KINDS.get(visit.field("actor"))
        if kind is None:
            raise Invalid("console.no_actor", "Roles are taken from users and groups: reload the page and try again.")
        is_inherited = visit.field("inherited") == "yes"
        place = Place(kind, visit.field("actor_id"), "project", visit.field("project"), is_inherited)
        visit.rooms.identity.grants.take(visit.caller, place, visit.field("role"))

    return acted(visit, _back(visit), take, visit.say("The role is taken away."))


def _back(visit: Visit) -> str:
    return own_page(visit.field("back") or f"{PREFIX}/operate/projects")


def _user_of(visit: Visit, named: str) -> User:
    """By id or name; raises NotFound("console.user_not_found") and Conflict("console.several_users")."""
    users, two = visit.rooms.identity.users, Listing(limit=2)
    found = users.list(visit.caller, two.where("id", named)) or users.list(visit.caller, two.where("name", named))
    if not found:
        raise NotFound("console.user_not_found", f"There is no user {named}: write their name or id.")
    if len(found) > 1:
        raise Conflict("console.several_users", f"Several users are called {named}: write the id of one.")
    return found[0]
