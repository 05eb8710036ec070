"""A guest's passwords: the one that it posted, and one that is set by its agent."""

from __future__ import annotations

from dataclasses import replace

from haneul.agent.parts import Parts
from haneul.kit.errors import NotFound


def read_password(parts: Parts, server_id: str) -> str:
    """As the guest encrypted it; empty if it posted none. Raises NotFound("guest.absent")."""
    record = parts.journal.find(server_id)
    if record is None:
        raise _absent(server_id)
    return record.password


def forget_password(parts: Parts, server_id: str) -> None:
    """Fine if it posted none. Raises NotFound("guest.absent")."""
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is None:
            raise _absent(server_id)
        parts.journal.save(replace(record, password=""))


def set_password(parts: Parts, server_id: str, user: str, password: str) -> None:
    """Raises NotFound("guest.absent"), Conflict("guest.no_agent")."""
    parts.hypervisor.set_password(server_id, user, password)


def _absent(server_id: str) -> NotFound:
    return NotFound("guest.absent", f"The host has no guest for server {server_id}")
