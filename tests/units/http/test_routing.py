"""Paths find their routes."""

from __future__ import annotations

from typing import Any

import pytest

from haneul.kit.http import Reply, Request, Route, RouteTable, Version


def list_things(_context: Any, _req: Request) -> Reply:
    return Reply()


def show_thing(_context: Any, _req: Request) -> Reply:
    return Reply()


def show_nameless_thing(_context: Any, _req: Request) -> Reply:
    return Reply()


def list_others(_context: Any, _req: Request) -> Reply:
    return Reply()


def show_file(_context: Any, _req: Request) -> Reply:
    return Reply()


TABLE = RouteTable(
    (
        Route("GET", "/things", list_things),
        Route("GET", "/things/", show_nameless_thing),
        Route("GET", "/things/{id}", show_thing),
        Route("GET", "/others", list_others),
        Route("GET", "/files/{name:path}", show_file),
    )
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/things", "list_things"),
        ("/things/", "show_nameless_thing"),
        ("/things/a", "show_thing"),
        ("/things/a/", "show_thing"),
        ("/others", "list_others"),
        ("/others/", "list_others"),
        ("/files/a/b", "show_file"),
    ],
)
def test_a_slash_at_the_end_counts_only_where_a_route_has_one(path: str, name: str) -> None:
    match = TABLE.match("GET", path, Version(0, 0))
    assert match.route is not None and match.route.name == name


def test_a_method_that_is_not_there_names_the_others() -> None:
    assert TABLE.match("PUT", "/things", Version(0, 0)).allowed == {"GET"}
