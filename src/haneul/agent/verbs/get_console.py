"""Where the host offers a guest's console."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import ConsoleAddress, Power
from haneul.kit.errors import Conflict, NotFound


def get_console(parts: Parts, server_id: str, kind: str) -> ConsoleAddress:
    """Raises NotFound("guest.absent"), Conflict("guest.not_running"), Conflict("guest.no_console")."""
    power = parts.hypervisor.find(server_id)
    if power is Power.ABSENT:
        raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
    if power not in (Power.RUNNING, Power.PAUSED):
        raise Conflict("guest.not_running", f"Start the server {server_id} first: it has no console while it is off")
    return ConsoleAddress(server_id, kind, parts.hypervisor.console(server_id, kind))
