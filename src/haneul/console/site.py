"""The console as an ASGI application: from the bytes of a browser's request to a page.

Whoever asks is who their session says; what they may do is up to the verbs. Every POST must come from a form of the
same session.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Sequence
from functools import partial
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from haneul.console.live import Piece, Stream
from haneul.console.look import look_of
from haneul.console.multipart import read_form
from haneul.console.routes import LIVE, ROUTES, VIEWS, PageRoute
from haneul.console.sessions import LOOK_COOKIE, cookies_of, new_session
from haneul.console.visit import HOME, PREFIX, Desk, Visit, own_page, sign_in_address, status_of
from haneul.kit.errors import CloudError, Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from haneul.kit.http import Exchange, Reply, Request, RouteTable, Watcher, Workers
from haneul.kit.http.asgi import Receive, Scope, Send, Transport
from haneul.kit.http.ladder import Version

log = logging.getLogger(__name__)

_MAX_FORM_BYTES = 256 * 1024
_ONLY_VERSION = Version(0, 0)
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
    "vary": "cookie, accept-language",
}


class Site:
    """Serves `ROUTES` below PREFIX."""

    def __init__(self, desk: Desk, watchers: tuple[Watcher, ...] = ()) -> None:
        """Each of the `watchers` is told of every request before its answer is sent."""
        self._desk = desk
        self._watchers = watchers
        self._table = RouteTable(ROUTES)
        self.streams: Workers | None = None
        """The threads on which files are taken in; None: those that asyncio keeps."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        began = time.perf_counter()
        transport = Transport(scope, receive, send, PREFIX)
        visit = self._visit(transport)
        if transport.method == "GET" and transport.path.startswith(LIVE):
            seen = transport.query.get("seen") or ""
            stream = Stream(self._desk.pulse, partial(self._look, visit), visit.piece, seen)
            await stream.run(receive, send)
            return
        route = self._table.match(transport.method, transport.path, _ONLY_VERSION).route
        is_raw = route is not None and route.raw
        if is_raw:
            visit.request.chunks = transport.chunks
        try:
            raw = b"" if is_raw else await transport.read_body(_MAX_FORM_BYTES)
        except CloudError as error:
            await transport.send_reply(_refusal(visit, error), HEADERS)
            return

        def work() -> Reply:
            name, reply = self._answer(visit, raw)
            self._tell(visit, name, reply.status, began)
            return reply

        await transport.answer_in(self.streams if is_raw else None, work, lambda: HEADERS)

    def _look(self, visit: Visit) -> Sequence[Piece]:
        """What the page shows now; raises CloudError when it is to be followed no longer."""
        view = VIEWS.get(visit.request.path.removeprefix(LIVE))
        if view is None:
            raise NotFound("console.no_page", "There is no such page: go on from the overview.")
        visit.request.caller = self._desk.rooms.identity.tokens.authenticate(visit.session.token)
        _refuse_nul(visit)
        return view(visit, visit.request)

    def _visit(self, transport: Transport) -> Visit:
        request = Request(
            method=transport.method,
            path=transport.path,
            api_url=self._desk.rooms.public_url + PREFIX,
            query=transport.query,
            headers=transport.headers,
            request_id=transport.request_id,
            address=transport.address,
        )
        cookies = cookies_of(transport.headers.get("cookie", ""))
        return Visit(
            desk=self._desk,
            request=request,
            session=self._desk.sessions.find(cookies) or new_session(),
            look=look_of(cookies.get(LOOK_COOKIE, ""), transport.headers.get("accept-language", "")),
            told=self._desk.sessions.told(cookies),
        )

    def _answer(self, visit: Visit, raw: bytes) -> tuple[str, Reply]:
        """The name of the operation, and everything that may block."""
        name = ""
        try:
            route, visit.request.params = self._match(visit.request)
            name = route.name
            self._sign_in(visit, route)
            if route.raw:
                _read_as_it_comes(visit)
            else:
                visit.form = _form(raw)
            _refuse_nul(visit)
            if route.method == "POST":
                _require_own_form(visit)
            return name, route.handler(visit, visit.request)
        except _NotSignedIn:
            return name, visit.go(sign_in_address(self._asked_for(visit, raw)))
        except CloudError as error:
            return name, _refusal(visit, error)
        except Exception:
            log.exception("unexpected error in %s", name)
            told = f"Something went wrong inside the cloud. Give {visit.request.request_id} to your operator."
            return name, _refusal(visit, CloudError("internal", told))

    def _match(self, request: Request) -> tuple[PageRoute, dict[str, str]]:
        match = self._table.match(request.method, request.path, _ONLY_VERSION)
        if isinstance(match.route, PageRoute):
            return match.route, dict(match.params)
        if match.allowed:
            raise Conflict("request.no_method", f"This page is not made for {request.method}: go back and reload it.")
        raise NotFound("console.no_page", "There is no such page: go on from the overview.")

    def _sign_in(self, visit: Visit, route: PageRoute) -> None:
        """Know who asks; raises _NotSignedIn where somebody has to be known."""
        try:
            visit.request.caller = self._desk.rooms.identity.tokens.authenticate(visit.session.token)
        except Unauthenticated:
            if not route.public:
                raise _NotSignedIn("token.missing", "Sign in first.") from None
            if visit.session.token:
                visit.session, visit.has_ended = new_session(), True
        if route.for_operators and not visit.caller.is_admin:
            raise Forbidden("console.operators_only", "This page is for administrators: go on from the overview.")

    def _asked_for(self, visit: Visit, raw: bytes) -> str:
        """The page to come back to, of this console: the one asked for, or the one whose form was sent."""
        request = visit.request
        if request.method == "GET":
            query = urlencode(request.query.items)
            return own_page(f"{PREFIX}{request.path}?{query}" if query else PREFIX + request.path)
        said = _form_or_nothing(raw).get("back")
        if said:
            return own_page(said[0])
        sender = _split(request.headers.get("referer", ""))
        is_own = sender.netloc == request.headers.get("host", "") and sender.path.startswith(HOME)
        is_page = is_own and self._table.match("GET", sender.path.removeprefix(PREFIX), _ONLY_VERSION).route is not None
        return own_page(f"{sender.path}?{sender.query}" if sender.query else sender.path) if is_page else HOME

    def _tell(self, visit: Visit, name: str, status: int, began: float) -> None:
        request = visit.request
        exchange = Exchange(
            api="console",
            operation=name,
            method=request.method,
            path=PREFIX + request.path,
            status=status,
            took_s=time.perf_counter() - began,
            request_id=request.request_id,
            address=request.address,
            caller=request.caller,
            claims=request.claims,
        )
        for watcher in self._watchers:
            watcher(exchange)


class _NotSignedIn(Unauthenticated):
    """Nobody is signed in, or no longer."""


def _form(raw: bytes) -> dict[str, list[str]]:
    """What a form of the type application/x-www-form-urlencoded says."""
    try:
        form = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=2000)
    except ValueError as error:
        raise Invalid("request.malformed", "The form cannot be read: go back and send it again.") from error
    return form


def _read_as_it_comes(visit: Visit) -> None:
    """The fields of a form with a file, and the file as it comes."""
    form = read_form(visit.request.headers.get("content-type", ""), visit.request.chunks())
    visit.form, visit.file = form.fields, form.file


def _split(address: str) -> SplitResult:
    """Empty for what is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _form_or_nothing(raw: bytes) -> dict[str, list[str]]:
    try:
        return _form(raw)
    except Invalid:
        return {}


def _refuse_nul(visit: Visit) -> None:
    """PostgreSQL can neither keep a NUL nor look for one."""
    query = (text for item in visit.request.query.items for text in item)
    form = (text for texts in visit.form.values() for text in texts)
    if any("\x00" in text for text in (*visit.request.params.values(), *query, *form)):
        raise Invalid("request.nul", "The request holds a NUL character: leave it out.")


def _require_own_form(visit: Visit) -> None:
    """Raises Forbidden("console.foreign_form") for a form that is not of this session."""
    headers = visit.request.headers
    origin = headers.get("origin")
    is_own = origin is None or _split(origin).netloc == headers.get("host", "")
    is_own = is_own and headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if not is_own or not hmac.compare_digest(visit.field("guard").encode(), visit.session.guard.encode()):
        raise Forbidden("console.foreign_form", "This form is not of your session, or too old: reload and try again.")


def _refusal(visit: Visit, error: CloudError) -> Reply:
    reply = visit.page("refused.html", status_of(error), message=error.message, code=error.code)
    if error.retry_after_s is not None:
        reply.headers["retry-after"] = str(error.retry_after_s)
    return reply
