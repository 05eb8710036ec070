"""What happens to everything that hangs on somebody when they change or go."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from haneul.kit.errors import CloudError, Conflict, NotFound, Unauthenticated
from haneul.kit.policy import INTERNAL
from haneul.services.identity import (
    UNSCOPED,
    AssignmentQuery,
    NewDomain,
    NewGroup,
    NewProject,
    NewUser,
    Place,
    ProjectDeleted,
    UserDeleted,
    UserDisabled,
)

from .conftest import World


def test_the_end_of_a_domain_is_told_for_all_that_lived_in_it(world: World) -> None:
    people = world.identity
    domain = people.domains.create(INTERNAL, NewDomain("acme"))
    user = people.users.create(INTERNAL, NewUser("ann", domain.id))
    top = people.projects.create(INTERNAL, NewProject("top", domain.id))
    below = people.projects.create(INTERNAL, NewProject("below", parent_id=top.id))
    heard: list[object] = []
    for kind in (ProjectDeleted, UserDeleted):
        world.bus.subscribe(kind, heard.append)

    people.domains.update(INTERNAL, domain.id, {"is_enabled": False})
    people.domains.delete(INTERNAL, domain.id)

    assert UserDeleted(user.id) in heard
    assert {ProjectDeleted(top.id), ProjectDeleted(below.id)} <= set(heard)
    with pytest.raises(NotFound):
        people.projects.get(INTERNAL, below.id)


def test_disabling_a_user_is_told(world: World) -> None:
    heard: list[object] = []
    world.bus.subscribe(UserDisabled, heard.append)
    user = world.identity.users.create(INTERNAL, NewUser("ann", "default"))

    world.identity.users.update(INTERNAL, user.id, {"is_enabled": False})

    assert heard == [UserDisabled(user.id)]


def test_a_refused_change_leaves_nothing(world: World) -> None:
    world.identity.users.create(INTERNAL, NewUser("ann", "default", "first"))
    bob = world.identity.users.create(INTERNAL, NewUser("bob", "default", "first"))

    with pytest.raises(Conflict):
        world.identity.users.update(INTERNAL, bob.id, {"name": "Ann", "password": "second"})

    world.sign_in("bob", "first", UNSCOPED)
    with pytest.raises(Unauthenticated):
        world.sign_in("bob", "second", UNSCOPED)


def test_leaving_a_group_takes_its_roles_at_once(world: World) -> None:
    people = world.identity
    user = people.users.create(INTERNAL, NewUser("ann", "default", "secret"))
    group = people.groups.create(INTERNAL, NewGroup("crew", "default"))
    member = next(role for role in people.roles.list(INTERNAL) if role.name == "member")
    project = people.projects.create(INTERNAL, NewProject("site", "default"))
    people.grants.give(INTERNAL, Place("group", group.id, "domain", "default", is_inherited=True), member.id)
    people.groups.add_user(INTERNAL, group.id, user.id)
    people.users.update(INTERNAL, user.id, {"default_project_id": project.id})
    text = world.sign_in("ann", "secret")
    assert people.tokens.authenticate(text).roles == {"member", "reader"}

    people.groups.remove_user(INTERNAL, group.id, user.id)

    with pytest.raises(Unauthenticated):
        people.tokens.authenticate(text)


def test_a_listing_of_assignments_costs_the_same_for_one_as_for_many(world: World) -> None:
    people = world.identity
    member = next(role for role in people.roles.list(INTERNAL) if role.name == "member")
    project = people.projects.create(INTERNAL, NewProject("site", "default"))

    def queries() -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(world.db.engine, "before_cursor_execute", counted)
        try:
            found = people.assignments.list(INTERNAL, AssignmentQuery(is_effective=True))
            people.assignments.names(found)
        finally:
            event.remove(world.db.engine, "before_cursor_execute", counted)
        return count

    few = queries()
    for number in range(30):
        user = people.users.create(INTERNAL, NewUser(f"user-{number}", "default"))
        people.grants.give(INTERNAL, Place("user", user.id, "project", project.id), member.id)
    queries()

    assert queries() <= few


def test_of_two_who_want_one_name_one_gets_it(tmp_path: Path, world: World) -> None:
    outcomes: list[str] = []

    def create() -> None:
        try:
            world.identity.projects.create(INTERNAL, NewProject("site", "default"))
            outcomes.append("made")
        except CloudError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "project.exists", "project.exists", "project.exists"]
