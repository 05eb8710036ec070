"""Long work on servers: one file each, read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.services.compute.workflows.cache_image import cache_image
from haneul.services.compute.workflows.create_server import create_server
from haneul.services.compute.workflows.delete_server import delete_server
from haneul.services.compute.workflows.interfaces import attach_interface, detach_interface
from haneul.services.compute.workflows.pause_server import pause_server, unpause_server
from haneul.services.compute.workflows.reboot_server import hard_reboot_server, reboot_server
from haneul.services.compute.workflows.rebuild_server import rebuild_server
from haneul.services.compute.workflows.start_server import start_server
from haneul.services.compute.workflows.stop_server import stop_server

WORKFLOWS: tuple[Callable[..., Any], ...] = (
    create_server,
    delete_server,
    stop_server,
    start_server,
    reboot_server,
    hard_reboot_server,
    rebuild_server,
    pause_server,
    unpause_server,
    attach_interface,
    detach_interface,
    cache_image,
)
