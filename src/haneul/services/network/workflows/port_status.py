"""Ports come up on their hosts and go down, and whoever waits for it is told."""

from __future__ import annotations

from haneul.services.network.model.ports import ACTIVE, DOWN, PortId, PortStatusChanged
from haneul.services.network.parts import Parts


def set_port_up(parts: Parts, port_id: str, is_up: bool) -> None:
    """A host has the port, or has it no more. Nothing is told where that is no news."""
    status = ACTIVE if is_up else DOWN
    with parts.db.write():
        port = parts.store.ports.set_status(port_id, status, parts.clock.now())
        if port is not None:
            parts.bus.publish(PortStatusChanged(PortId(port_id), port.device_id, status))
