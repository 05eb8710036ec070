"""One request of a browser: who asks, how they like their pages, and the answers that pages have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from haneul.console.languages import say
from haneul.console.live import Piece, Pulse
from haneul.console.look import Look
from haneul.console.sessions import TOLD_COOKIE, Session, Sessions, Told
from haneul.kit.errors import CloudError, Forbidden
from haneul.kit.http import Reply, Request
from haneul.kit.policy import Caller

if TYPE_CHECKING:
    from haneul.console.pages import Pages
    from haneul.console.rooms import Rooms

PREFIX = "/console"
HOME = f"{PREFIX}/"
SIGN_IN = f"{PREFIX}/sign-in"
_STATUS = {
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "invalid": 400,
    "conflict": 409,
    "over_quota": 409,
    "no_capacity": 409,
    "unavailable": 503,
}
T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """What answers every visit."""

    rooms: Rooms
    sessions: Sessions
    pages: Pages
    pulse: Pulse


@dataclass
class Visit:
    """A request with its session; `request.body` is the form, by the names of its fields."""

    desk: Desk
    request: Request
    session: Session
    look: Look
    told: Told | None = None
    has_ended: bool = False
    """The browser was signed in, and its token is good no more."""
    form: dict[str, list[str]] = field(default_factory=dict)
    file: Iterator[bytes] | None = None
    """The file that a form brings, where the route is `raw`."""

    @property
    def rooms(self) -> Rooms:
        return self.desk.rooms

    @property
    def caller(self) -> Caller:
        return self.request.caller

    def field(self, name: str) -> str:
        """What the form says under that name; empty where it says nothing."""
        return self.form.get(name, [""])[0]

    def say(self, text: str, **values: object) -> str:
        return say(self.look.language, text, **values)

    def page(self, template: str, status: int = 200, **words: object) -> Reply:
        """The template filled in. What was to be told is told by it, and no more.

        A browser that is not signed in keeps its session instead, without which its forms are nobody's.
        """
        headers = {"set-cookie": self.desk.sessions.drop(TOLD_COOKIE)} if self.told else {}
        if not self.session.token:
            headers = {"set-cookie": self.desk.sessions.keep(self.session)}
        return Reply(status, self.desk.pages.filled(template, self, words), headers)

    def piece(self, piece: Piece) -> str:
        """One piece of a page by itself."""
        return self.desk.pages.filled(piece.template, self, piece.words).decode()

    def go(self, where: str, told: Told | None = None) -> Reply:
        """To another page, which tells what came of this request."""
        headers = {"location": where}
        if told is not None:
            headers["set-cookie"] = self.desk.sessions.keep_told(told)
        return Reply(303, None, headers)


def if_allowed(ask: Callable[[], T]) -> T | None:
    """What a verb answers; None for those who may not ask."""
    try:
        return ask()
    except Forbidden:
        return None


def status_of(error: CloudError) -> int:
    """With what status a page tells of the refusal."""
    return _STATUS.get(error.kind, 500)


def sign_in_address(back: str) -> str:
    return f"{SIGN_IN}?back={quote(back, safe='')}"


def own_page(where: str) -> str:
    """The address if it is one of the console's pages, else the console's first page."""
    is_own = where.startswith(HOME) and not any(sign in where for sign in ("//", "\\", "\r", "\n"))
    return where if is_own else HOME
