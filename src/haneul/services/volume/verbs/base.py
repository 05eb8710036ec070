"""What every verb begins with: who may, whose is it, in which status is it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.log import request_id
from haneul.kit.paging import Page, SortKey
from haneul.kit.policy import Caller
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import ALL_OF_IT, Rows, Wanted
from haneul.services.volume.workflows.asked import AskedBy

T = TypeVar("T")

NEWEST_FIRST = (SortKey("number", is_descending=True),)


@dataclass(frozen=True)
class ListWish:
    """What part of a listing is wanted, in the columns' names."""

    equals: Mapping[str, Any] = field(default_factory=dict)
    like: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    times: tuple[tuple[str, str, datetime], ...] = ()
    all_projects: bool = False
    """Of administrators only: for others it changes nothing."""
    page: Page = ALL_OF_IT
    offset: int = 0
    with_count: bool = False


EVERYTHING = ListWish()


@dataclass(frozen=True)
class Listed:
    """A page, and how many there are in all if that was asked."""

    things: Sequence[Any]
    count: int | None = None


class Verbs:
    """Verbs lean on this."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store

    def _require(self, caller: Caller, rule: str, project_id: str | None = None) -> None:
        """Raises Forbidden unless the caller may, in the project or in their own."""
        project = caller.project_id if project_id is None else project_id
        self._parts.policy.require(caller, rule, {"project_id": project, "user_id": caller.user_id})

    def _may(self, caller: Caller, rule: str, project_id: str) -> bool:
        return self._parts.policy.allows(caller, rule, {"project_id": project_id, "user_id": caller.user_id})

    def _own(self, caller: Caller, rows: Rows[T], thing_id: str, rule: str) -> T:
        """The thing, if `rule` lets the caller do it; somebody else's is NotFound."""
        thing = rows.get(thing_id)
        project_id: str = thing.project_id  # type: ignore[attr-defined]
        if project_id != caller.project_id and not caller.is_admin:
            raise rows.absent(thing_id)
        self._require(caller, rule, project_id)
        return thing

    def _page(self, caller: Caller, rows: Rows[T], rule: str, wish: ListWish) -> Listed:
        """The things of the caller's project, or of all."""
        self._require(caller, rule)
        wanted = self._wanted(caller, wish)
        page = Page(wish.page.limit, wish.page.marker, wish.page.sort or NEWEST_FIRST)
        found = rows.list(wanted, page, wish.offset)
        return Listed(found, rows.count(wanted) if wish.with_count else None)

    def _wanted(self, caller: Caller, wish: ListWish) -> Wanted:
        equals = dict(wish.equals)
        if not (wish.all_projects and caller.is_admin):
            equals["project_id"] = caller.project_id
        return Wanted(equals, wish.like, wish.metadata, wish.image_metadata, wish.times)


def asked_by(caller: Caller) -> AskedBy:
    return AskedBy(caller.user_id, caller.project_id, request_id.get(), new_uuid())


def require_status(noun: str, thing: Any, action: str, allowed: Collection[Status]) -> None:
    """Raises Conflict("<noun>.wrong_status") that says in which statuses the action is possible."""
    if thing.status in allowed:
        return
    statuses = " or ".join(sorted(status.value for status in allowed))
    code = f"{noun.replace(' ', '_')}.wrong_status"
    message = f"{noun.capitalize()} {thing.id} status must be {statuses} to {action}, but is {thing.status}."
    raise Conflict(code, message)


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raises Invalid("request.metadata") for empty or overlong keys and values."""
    for key, value in metadata.items():
        if not 0 < len(key) <= 255:
            raise Invalid("request.metadata", "A metadata key has 1 to 255 characters: choose another.")
        if len(value) > 255:
            raise Invalid("request.metadata", f"The metadata value of {key} has more than 255 characters: shorten it.")
