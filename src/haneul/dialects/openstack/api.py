"""One API of the dialect: from the bytes of a request to the bytes of its answer."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import msgspec

from haneul.dialects.openstack import access_rules
from haneul.dialects.openstack.errors import ErrorStyle
from haneul.kit.errors import CloudError, Conflict, Invalid, NotFound, Unauthenticated
from haneul.kit.http import Exchange, Ladder, Many, Reply, Request, Route, RouteTable, Validators, Watcher, Workers
from haneul.kit.http.asgi import Receive, Scope, Send, Transport
from haneul.kit.http.ladder import Version
from haneul.kit.policy import ANONYMOUS, Caller

log = logging.getLogger(__name__)

Authenticate = Callable[[str], Caller]
_ONLY_VERSION = Version(0, 0)


@dataclass(frozen=True)
class ApiSpec:
    """What makes one API: its prefix, its routes, its ladder if it has microversions, how it says no."""

    name: str
    prefix: str
    routes: tuple[Route, ...]
    errors: ErrorStyle
    ladder: Ladder | None = None
    version_headers: tuple[str, ...] = ("openstack-api-version",)
    """Where a client names the microversion; the older names carry the bare number."""
    extra_headers: dict[str, str] = field(default_factory=dict)
    request_id_headers: tuple[str, ...] = ("x-openstack-request-id",)
    max_body_bytes: int = 1 << 20
    is_strict: bool = False
    """Bodies must be declared as JSON (415), and whoever asks must accept JSON (406)."""

    @cached_property
    def table(self) -> RouteTable:
        """Its routes, to be found by method and path."""
        return RouteTable(self.routes)

    @cached_property
    def validators(self) -> Validators:
        """Of its schemas, for all applications that serve it."""
        return Validators()


class Api:
    """An ASGI application that serves one `ApiSpec` with `context` as every handler's first argument."""

    def __init__(
        self,
        spec: ApiSpec,
        context: Any,
        authenticate: Authenticate,
        public_url: str,
        watchers: tuple[Watcher, ...] = (),
    ) -> None:
        """Each of the `watchers` is told of every request before its answer is sent."""
        self.spec = spec
        self._watchers = watchers
        self.routes = spec.table
        self._context = context
        self._authenticate = authenticate
        self._url = public_url + spec.prefix
        self._validators = spec.validators
        self.workers: Workers | None = None
        self.streams: Workers | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        transport = Transport(scope, receive, send, self.spec.prefix)
        route: Route | None = None
        version = _ONLY_VERSION
        try:
            version = self._version(transport)
            route, params = self._match(transport, version)
            request = self._request(transport, version, params)
            if route.raw:
                request.chunks = transport.chunks
                workers, raw = self.streams, b""
            else:
                workers, raw = self.workers, await transport.read_body(self.spec.max_body_bytes)

            def work() -> Reply:
                reply = self._answer(route, request, raw)
                self._tell(transport, request, route.name, reply.status, began)
                return reply

            await transport.answer_in(workers, work, self._closing(request))
        except CloudError as error:
            refusal = self._refuse(error, transport.request_id)
            self._tell(transport, None, route.name if route else "", refusal.status, began)
            await transport.send_reply(refusal, self._head(version, transport))

    def _tell(self, transport: Transport, request: Request | None, operation: str, status: int, began: float) -> None:
        exchange = Exchange(
            api=self.spec.name,
            operation=operation,
            method=transport.method,
            path=self.spec.prefix + transport.path,
            status=status,
            took_s=time.perf_counter() - began,
            request_id=transport.request_id,
            address=transport.address,
            caller=request.caller if request else ANONYMOUS,
            claims=request.claims if request else "",
        )
        for watcher in self._watchers:
            watcher(exchange)

    def _version(self, transport: Transport) -> Version:
        ladder = self.spec.ladder
        if ladder is None:
            return _ONLY_VERSION
        version = ladder.choose(self._asked_version(transport, ladder.service))
        if ladder.serves(version):
            return version
        raise Invalid(
            "version.not_served",
            f"Version {version} is not supported by the API. "
            f"Minimum is {ladder.oldest} and maximum is {ladder.newest}.",
        )

    def _asked_version(self, transport: Transport, service: str) -> str | None:
        modern, *legacy = self.spec.version_headers
        for part in transport.headers.get(modern, "").split(","):
            name, _, number = part.strip().partition(" ")
            if name.lower() == service:
                return number
        return next((transport.headers[name] for name in legacy if name in transport.headers), None)

    def _match(self, transport: Transport, version: Version) -> tuple[Route, dict[str, str]]:
        match = self.routes.match(transport.method, transport.path, version)
        if match.route is not None:
            return match.route, dict(match.params)
        self._authenticate(transport.headers.get("x-auth-token", ""))
        if match.allowed:
            raise _NoMethod(transport.method, match.allowed)
        raise NotFound("request.no_resource", "The resource could not be found.")

    def _request(self, transport: Transport, version: Version, params: dict[str, str]) -> Request:
        return Request(
            method=transport.method,
            path=transport.path,
            api_url=self._url,
            query=transport.query,
            headers=transport.headers,
            params=params,
            version=version,
            request_id=transport.request_id,
            address=transport.address,
        )

    def _closing(self, request: Request) -> Callable[[], dict[str, str]]:
        return lambda: self._headers(request.version, request.request_id)

    def _head(self, version: Version, transport: Transport) -> dict[str, str]:
        return self._headers(version, transport.request_id)

    def _headers(self, version: Version, request_id: str) -> dict[str, str]:
        headers = dict.fromkeys(self.spec.request_id_headers, request_id) | self.spec.extra_headers
        if self.spec.ladder is not None:
            headers["vary"] = ", ".join(self.spec.version_headers)
        if self.spec.ladder is not None and version != _ONLY_VERSION:
            modern, *legacy = self.spec.version_headers
            headers[modern] = f"{self.spec.ladder.service} {version}"
            headers.update(dict.fromkeys(legacy, str(version)))
        return headers

    def _answer(self, route: Route, request: Request, raw: bytes = b"") -> Reply:
        """Everything that may block: who is asking, is it well formed, the verb, the rendering."""
        try:
            token = request.headers.get("x-auth-token", "")
            if token or not route.public:
                self._sign_in(route, request, token)
            _refuse_nul(request, b"" if route.raw else raw)
            if self.spec.is_strict:
                _require_json(route, request, raw)
            if not route.raw:
                request.body = _decode(raw, request.headers)
                self._check(route, request)
            return self._lowered(route, request, route.handler(self._context, request))
        except CloudError as error:
            return self._refuse(error, request.request_id)
        except Exception:
            log.exception("unexpected error in %s", route.name)
            bug = CloudError(
                "internal",
                f"An unexpected error prevented the server from fulfilling your request "
                f"({request.request_id}). Give this id to your operator.",
            )
            return self._refuse(bug, request.request_id)

    def _sign_in(self, route: Route, request: Request, token: str) -> None:
        try:
            request.caller = self._authenticate(token)
        except Unauthenticated:
            if not route.public:
                raise
        if not access_rules.allow(request.caller, self.spec.name, request.method, request.path):
            raise Unauthenticated(
                "token.access_rules",
                f"The access rules of this application credential do not let you {request.method} {request.path} of "
                f"the {self.spec.name} service: use a credential whose rules do.",
            )

    def _check(self, route: Route, request: Request) -> None:
        ladder, name = self.spec.ladder, route.name
        schema: Any = route.schema
        query: Any = route.query
        if ladder is not None:
            schema = ladder.schema(name, request.version, schema) if schema is not None else None
            query = ladder.schema(name, request.version, query, "query") if query is not None else None
        if query is not None:
            self._validators.check((name, request.version, "query"), query, request.query.as_lists(), where="query")
        if schema is not None:
            self._validators.check((name, request.version), schema, request.body)
        if ladder is not None and request.body is not None:
            request.body = ladder.lift(name, request.version, request.body)

    def _lowered(self, route: Route, request: Request, reply: Reply) -> Reply:
        """The answer as the request's version has it; a listing is written out on the way."""
        ladder = self.spec.ladder
        lower: Callable[[Any], Any] = _as_it_is
        if ladder is not None and reply.status < 400:
            reply.status = ladder.status(route.name, request.version, reply.status)
            lower = partial(ladder.lower, route.name, request.version)
        if isinstance(reply.body, Many):
            reply.body = reply.body.written(lower)
        elif isinstance(reply.body, dict | list):
            reply.body = lower(reply.body)
        return reply

    def _refuse(self, error: CloudError, request_id: str) -> Reply:
        reply = Reply(self.spec.errors.status(error), self.spec.errors.body(error, request_id))
        if isinstance(error, Unauthenticated):
            reply.headers["www-authenticate"] = f'Keystone uri="{self._url.removesuffix(self.spec.prefix)}/identity"'
        if error.retry_after_s is not None:
            reply.headers["retry-after"] = str(error.retry_after_s)
        if isinstance(error, _NoMethod):
            reply.headers["allow"] = ", ".join(sorted(error.allowed))
        return reply


class _NoMethod(Conflict):
    """The path exists, but not with this method."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(allowed)
        names = ", ".join(sorted(self.allowed))
        super().__init__("request.no_method", f"The method {method} is not allowed for this resource: use {names}.")


def _as_it_is(body: Any) -> Any:
    return body


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL in JSON, its backslash not itself escaped."""


def _refuse_nul(request: Request, raw: bytes) -> None:
    """No name or text of any API may hold a NUL: PostgreSQL cannot keep one."""
    told = (*request.params.values(), *(text for item in request.query.items for text in item))
    if any("\x00" in text for text in told) or (b"\\u0000" in raw and _NUL.search(raw)):
        raise Invalid("request.nul", "The request holds a NUL character: leave it out.")


def _require_json(route: Route, request: Request, raw: bytes) -> None:
    """Placement's manners: what is sent is named as JSON, and who asks for something accepts JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and not kind:
        raise Invalid("request.no_media_type", "The header content-type is required: say application/json.")
    if route.schema is not None and kind != "application/json":
        message = f"The media type {kind or None} is not supported: use application/json."
        raise Invalid("request.media_type", message)
    ranges = [each.partition(";")[0].strip() for each in request.headers.get("accept", "*/*").split(",")]
    if route.method == "GET" and not {"", "*/*", "application/*", "application/json"}.intersection(ranges):
        raise Invalid("request.not_acceptable", "Only application/json is provided: accept it.")


def _decode(raw: bytes, headers: Any) -> Any:
    if not raw:
        return None
    kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if not (kind.endswith("json") or kind.endswith("json-patch") or kind in ("", "text/plain", "*/*")):
        raise Invalid("request.media_type", f"The content type {kind} is not supported: send application/json.")
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise Invalid("request.malformed", f"Malformed request body: {error}. Send valid JSON.") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Invalid("request.malformed", "Malformed request body: it is not valid JSON in UTF-8.") from error
