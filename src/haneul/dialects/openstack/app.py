"""The OpenStack dialect as one ASGI application: an API per prefix, and a list of them at the root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as WebRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from haneul.dialects.openstack.api import Api, ApiSpec
from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Watcher, Workers

WORKER_THREADS = 4
STREAM_THREADS = 16
READY = {"status": "ready"}

Hook = Callable[[], None]


class Streamer(Protocol):
    """Whoever takes in or gives out long bodies."""

    streams: Workers | None


@dataclass(frozen=True)
class House:
    """What the application lives in: whoever starts it, watches it, and has something to serve beside it."""

    besides: tuple[BaseRoute, ...] = ()
    watchers: tuple[Watcher, ...] = ()
    """Told of every request."""
    trouble: Callable[[], Mapping[str, str]] = dict
    """Tells by part, in words, what keeps the process from serving."""
    started: Hook = lambda: None
    stopping: Hook = lambda: None
    streamers: tuple[Streamer, ...] = ()
    """Which of those beside it are lent the threads for long bodies."""
    home: str = ""
    """The page to which a browser is sent that opens the root."""


def build(cloud: Cloud, specs: Iterable[ApiSpec], house: House = House()) -> ASGIApp:
    """The application as it lives in this house."""
    authenticate = cloud.identity.tokens.authenticate
    apis = tuple(Api(spec, cloud, authenticate, cloud.public_url, house.watchers) for spec in specs)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with Workers(WORKER_THREADS, "api") as workers, Workers(STREAM_THREADS, "stream") as streams:
            for api in apis:
                api.workers = workers
            for streamer in (*apis, *house.streamers):
                streamer.streams = streams
            house.started()
            yield
            house.stopping()

    async def list_apis(request: WebRequest) -> Response:
        if house.home and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(house.home, 303, {"vary": "accept"})
        links = [{"name": api.spec.name, "href": cloud.public_url + api.spec.prefix} for api in apis]
        return JSONResponse({"apis": links})

    async def is_alive(_request: WebRequest) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def is_ready(_request: WebRequest) -> JSONResponse:
        found = await run_in_threadpool(house.trouble)
        return JSONResponse({"status": "not ready", "trouble": found}, 503) if found else JSONResponse(READY)

    roots = [WebRoute("/", list_apis), WebRoute("/healthz", is_alive), WebRoute("/readyz", is_ready)]
    return Door(apis, Starlette(routes=[*roots, *house.besides], lifespan=lifespan))


class Door:
    """The first to see a request: it goes to the API whose prefix its path has, everything else to the rest.

    A router that tries one pattern after another would cost a small request a tenth of its CPU time.
    """

    def __init__(self, apis: Iterable[Api], rest: ASGIApp) -> None:
        self._apis = tuple((api.spec.prefix, api.spec.prefix + "/", api) for api in apis)
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            for exact, below, api in self._apis:
                if path.startswith(below) or path == exact:
                    return await api(scope, receive, send)
        return await self._rest(scope, receive, send)
