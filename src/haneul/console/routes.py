"""The whole console on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.console.handlers.overview import show_overview
from haneul.console.handlers.signing_in import (
    change_look,
    choose_project,
    show_sign_in,
    sign_in,
    sign_out,
)
from haneul.console.visit import Visit
from haneul.kit.http import Reply, Request, Route

PageHandler = Callable[[Visit, Request], Reply]


@dataclass(frozen=True)
class PageRoute(Route):
    """A page, or what a form does."""


ROUTES = (
    PageRoute("GET", "/sign-in", show_sign_in, public=True),
    PageRoute("POST", "/sign-in", sign_in, public=True),
    PageRoute("POST", "/sign-out", sign_out),
    PageRoute("POST", "/look", change_look, public=True),
    PageRoute("POST", "/project", choose_project),
    PageRoute("GET", "/", show_overview),
)
