"""What a running guest has used since it was started."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import GuestUse, Power
from haneul.kit.errors import Conflict, NotFound


def get_usage(parts: Parts, server_id: str) -> GuestUse:
    """Raises NotFound("guest.absent") and Conflict("guest.not_running")."""
    power = parts.hypervisor.find(server_id)
    if power is Power.ABSENT:
        raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
    if power not in (Power.RUNNING, Power.PAUSED):
        raise Conflict("guest.not_running", f"Start the server {server_id} first: it uses nothing while it is off")
    return parts.hypervisor.usage(server_id)
