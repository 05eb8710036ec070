"""Puts the cloud together: the only room that knows every part."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from haneul.dialects.openstack import app
from haneul.dialects.openstack.catalog import APIS
from haneul.kit.clock import Clock, SystemClock
from haneul.kit.locks import alone
from haneul.main.ground import Ground, World, lay_ground, reach_world
from haneul.main.plane import ADMIN_PASSWORD, ControlPlane, assemble
from haneul.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn

__all__ = [
    "ADMIN_PASSWORD",
    "APIS",
    "ControlPlane",
    "Ground",
    "World",
    "app",
    "assemble",
    "lay_ground",
    "reach_world",
    "serve",
]


_COLLECTED_AFTER = 50_000
"""So many new containers are made before the collector looks for cycles among them."""


_NOT_STARTED = 3
"""What uvicorn's own command answers when it cannot listen."""


def serve(settings: Settings, clock: Clock | None = None) -> None:
    """Serve the cloud until the process is told to end, by the machine's clock or another."""
    import uvicorn

    clock = clock or SystemClock()
    with alone(settings.state / "starting.lock"):  # The first of several that start makes keys and tables.
        plane = assemble(lay_ground(settings, clock), reach_world(settings, clock))
    if settings.metrics_port:
        plane.metrics.serve(settings.metrics_host, settings.metrics_port)
    application = plane.application()
    _spare_the_collector()
    config = uvicorn.Config(
        application,
        host=settings.listen_host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    _end_streams_first(server, plane)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


def _end_streams_first(server: uvicorn.Server, plane: ControlPlane) -> None:
    """A page that is looked at must not hold up the end of the process."""
    handle_exit = server.handle_exit

    def leave(sig: int, frame: FrameType | None) -> None:
        plane.pulse.end()
        handle_exit(sig, frame)

    server.handle_exit = leave  # type: ignore[method-assign]


def _spare_the_collector() -> None:
    """What is there at the start stays, and a listing makes many things at once: neither is looked through often.

    Left as it is, the collector takes a third of the CPU time of a listing of 1,000 servers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 10, 10)
