"""How the taking in of data begins and is given up, for uploads and imports alike."""

from __future__ import annotations

from dataclasses import replace

from haneul.kit.ids import new_uuid
from haneul.services.image.model import Image, Status
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import UPLOAD_LEASE


def begin(parts: Parts, image: Image, status: Status) -> Image:
    """The image in its transitional status, with the name of the draft that it waits for."""
    now = parts.clock.now()
    upload_id = new_uuid()
    parts.store.images.move(image, status, now, upload_id=upload_id, upload_until=now + UPLOAD_LEASE)
    return replace(image, status=status, upload_id=upload_id)


def give_up(parts: Parts, image: Image) -> None:
    """Queued again, as if nothing had come."""
    now = parts.clock.now()
    parts.store.images.requeue(image, now)
    parts.stores.discard(image.upload_id or "")
