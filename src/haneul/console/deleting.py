"""What destroys data asks back: whoever wants it writes the name of what shall go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.console.sessions import Told
from haneul.console.visit import Visit, status_of
from haneul.kit.errors import CloudError
from haneul.kit.http import Reply


@dataclass(frozen=True)
class Doomed:
    """What shall be deleted; the texts are in the visitor's language."""

    name: str
    question: str
    warning: str
    """What goes with it, and what stays."""
    back: str
    """The address of the page from which one came."""
    home: str
    """The address of the page to show when it is gone."""


def ask_or_delete(visit: Visit, doomed: Doomed, delete: Callable[[], None]) -> Reply:
    """GET: the page that asks. POST: `delete` for those who wrote the name; else, or where it is refused, it again."""
    if visit.request.method == "GET":
        return visit.page("delete.html", doomed=doomed)
    if visit.field("proof").strip() != doomed.name.strip():
        wrong = visit.say("That is something else: nothing was deleted.")
        return visit.page("delete.html", 400, doomed=doomed, message=wrong)
    try:
        delete()
    except CloudError as error:
        return visit.page("delete.html", status_of(error), doomed=doomed, message=error.message)
    return visit.go(doomed.home, Told((visit.say("Deleted: %(name)s", name=doomed.name),)))
