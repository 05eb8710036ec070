"""What is said of long work that failed: a status, and a message to whoever asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from haneul.kit.workflow import Fault
from haneul.services.volume.model import Message, Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy

_CANCELLED = "run.cancelled"
EVENT_PREFIX = "VOLUME_"


def tell(parts: Parts, about: tuple[str, str], asked_by: AskedBy, fault: Fault) -> None:
    """Keep a message about (kind of thing, its id); none for work that somebody else's request replaced."""
    if fault.code == _CANCELLED:
        return
    kind, thing_id = about
    now = parts.clock.now()
    parts.store.messages.add(
        Message(
            id=asked_by.message_id,
            project_id=asked_by.project_id,
            event_id=f"{EVENT_PREFIX}{kind}_{fault.code}",
            text=fault.message,
            resource_type=kind,
            resource_id=thing_id,
            request_id=asked_by.request_id,
            created_at=now,
            guaranteed_until=now + timedelta(days=parts.tuning.message_days),
        )
    )


def volume_failed(parts: Parts, volume_id: str, asked_by: AskedBy, fault: Fault, **values: Any) -> None:
    """The volume is in `status` (ERROR without) and its owner is told; nothing if it is gone or being deleted."""
    status = values.pop("status", Status.ERROR)
    with parts.db.write():
        volume = parts.store.volumes.find(volume_id)
        if volume is None or volume.status is Status.DELETING:
            return
        parts.store.volumes.change(volume_id, status=status, updated_at=parts.clock.now(), **values)
        if parts.store.messages.find(asked_by.message_id) is None:
            tell(parts, ("VOLUME", volume_id), asked_by, fault)
