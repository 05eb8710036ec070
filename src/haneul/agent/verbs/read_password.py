"""The password that a guest posted to its metadata service."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.kit.errors import NotFound


def read_password(parts: Parts, server_id: str) -> str:
    """As the guest encrypted it; empty if it posted none. Raises NotFound("guest.absent")."""
    record = parts.journal.find(server_id)
    if record is None:
        raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
    return record.password
