"""A guest's console, carried to the control plane over a connection of its own."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.agent.verbs.get_console import get_console
from haneul.hostapi import ConsoleAddress


def open_console(parts: Parts, server_id: str, kind: str, stream: str) -> ConsoleAddress:
    """Connected when this returns. Raises as `get_console` does, and Unavailable("control.away")."""
    found = get_console(parts, server_id, kind)
    parts.consoles.open(found.address, stream)
    return found
