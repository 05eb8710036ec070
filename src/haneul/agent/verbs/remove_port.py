"""What is left of a port of which no guest is known."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.kit.errors import Conflict


def remove_port(parts: Parts, port_id: str) -> None:
    """Fine if it is gone. Raises Conflict("port.in_use") while a guest of this host has it."""
    for record in parts.journal.list():
        if any(nic.port_id == port_id for nic in record.spec.nics):
            raise Conflict("port.in_use", f"Remove the guest {record.spec.server_id} first: it has port {port_id}")
    parts.nics.remove("", besides=frozenset({port_id}))
