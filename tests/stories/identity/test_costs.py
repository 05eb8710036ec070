"""No question walks a whole table to answer with a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from haneul.kit.policy import INTERNAL
from haneul.services.identity import AssignmentQuery, Listing, NewProject, NewUser

from .conftest import World

PAGE = Listing(limit=5)
SMALL = (
    "CONSTANT",
    "roles",
    "implied_roles",
    "regions",
    "catalog_services",
    "catalog_endpoints",
    "endpoint_groups",
    "policies",
)
"""Tables that stay small however many people there are."""


@contextmanager
def walks(world: World) -> Iterator[list[str]]:
    """The statements that walk a table, with SQLite's plan for each."""
    found: list[str] = []

    def look(connection: Any, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            cursor = connection.connection.cursor()
            plan = [row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + statement, values).fetchall()]
            found.extend(
                f"{step}: {statement}"
                for step in plan
                if step.startswith("SCAN") and "LIMIT" not in statement and step.split()[1] not in SMALL
            )

    event.listen(world.db.engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(world.db.engine, "before_cursor_execute", look)


def test_no_table_is_walked(world: World) -> None:
    if not world.db.is_sqlite:
        pytest.skip("reads the plans of SQLite")
    people = world.identity
    user = people.users.create(INTERNAL, NewUser("ann", "default", "secret"))
    project = people.projects.create(INTERNAL, NewProject("site", "default"))
    with walks(world) as found:
        people.projects.list(INTERNAL, PAGE.where("name", "site"))
        people.projects.list(INTERNAL, PAGE.where("is_enabled", False))
        people.users.list(INTERNAL, PAGE.where("domain_id", "default"))
        people.groups.list(INTERNAL, PAGE.where("domain_id", "default"))
        people.projects.of_user(INTERNAL, user.id)
        people.assignments.list(INTERNAL, AssignmentQuery(project_id=project.id, is_effective=True))
        people.assignments.list(INTERNAL, AssignmentQuery(user_id=user.id, is_effective=True))
        people.tokens.authenticate(world.sign_in())
        people.projects.delete(INTERNAL, project.id)
        people.users.delete(INTERNAL, user.id)
    assert found == []
