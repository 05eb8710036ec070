"""The OpenStack dialect as one ASGI application: an API per prefix, and a list of them at the root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as WebRoute

from haneul.dialects.openstack.api import Api, ApiSpec
from haneul.dialects.openstack.cloud import Cloud

WORKER_THREADS = 4
STREAM_THREADS = 16

Hook = Callable[[], None]


def build(
    cloud: Cloud,
    specs: Iterable[ApiSpec],
    besides: Iterable[BaseRoute] = (),
    *,
    started: Hook = lambda: None,
    stopping: Hook = lambda: None,
) -> Starlette:
    """The application, with the routes that it serves `besides`; the hooks are called when it begins and ends."""
    apis = tuple(Api(spec, cloud, cloud.identity.tokens.authenticate, cloud.public_url) for spec in specs)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with (
            ThreadPoolExecutor(WORKER_THREADS, "api") as workers,
            ThreadPoolExecutor(STREAM_THREADS, "stream") as streams,
        ):
            for api in apis:
                api.workers, api.streams = workers, streams
            started()
            yield
            stopping()

    async def list_apis(_request: WebRequest) -> JSONResponse:
        links = [{"name": api.spec.name, "href": cloud.public_url + api.spec.prefix} for api in apis]
        return JSONResponse({"apis": links})

    async def is_alive(_request: WebRequest) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    mounts = [route for api in apis for route in (WebRoute(api.spec.prefix, api), Mount(api.spec.prefix, app=api))]
    roots = [WebRoute("/", list_apis), WebRoute("/healthz", is_alive)]
    return Starlette(routes=[*mounts, *roots, *besides], lifespan=lifespan)
