"""An image gets its data without its client waiting: from where it was staged, or from the web."""

from __future__ import annotations

from datetime import timedelta

from haneul.kit.errors import NotFound
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.image.model import Digest, Image, Status, TaskStatus
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import examine_draft, settled, upload_ended, write_draft

_TRANSFER_S = 12 * 3600.0
"""How long data may take to be fetched, or looked through."""
_TASK_IS_KEPT = timedelta(hours=48)


@workflow
def import_image(run: Run, task_id: str, image_id: str, upload_id: str, url: str) -> None:
    """`upload_id` names the draft; it is staged already where there is no `url` to fetch it from."""
    run.on_failure(give_up_import, task_id, image_id, upload_id)
    run.step(mark_processing, task_id)
    if url:
        run.step(fetch_draft, image_id, upload_id, url, undo=discard_fetched, tries=3, limit_s=_TRANSFER_S)
    digest = run.step(look_through, image_id, upload_id, undo=discard_draft, limit_s=_TRANSFER_S)
    run.step(claim_blob, image_id, upload_id, digest, undo=release_blob)
    # No undo: upkeep removes data that no image stands on.
    run.step(keep_blob, upload_id, digest)
    run.step(finish_import, task_id, image_id, upload_id, digest)


def mark_processing(parts: Parts, task_id: str) -> None:
    parts.store.tasks.set_status(task_id, TaskStatus.PROCESSING, parts.clock.now())


def fetch_draft(parts: Parts, image_id: str, upload_id: str, url: str) -> None:
    """Begins anew each time: a draft that is there is from a try that was cut off."""
    image = _importing(parts, image_id, upload_id)
    write_draft(parts, image, parts.fetcher.fetch(url), parts.options.max_image_bytes)


def discard_fetched(parts: Parts, image_id: str, upload_id: str, url: str) -> None:
    parts.blobs.discard(upload_id)


def look_through(parts: Parts, image_id: str, upload_id: str) -> Digest:
    return examine_draft(parts, _importing(parts, image_id, upload_id))


def discard_draft(parts: Parts, image_id: str, upload_id: str) -> None:
    parts.blobs.discard(upload_id)


def claim_blob(parts: Parts, image_id: str, upload_id: str, digest: Digest) -> None:
    with parts.db.write():
        image = _importing(parts, image_id, upload_id)
        parts.store.blobs.claim(digest.address, digest.size_bytes, parts.clock.now())
        if not parts.store.images.refer(image.id, upload_id, digest.address):
            raise upload_ended(image)


def release_blob(parts: Parts, image_id: str, upload_id: str, digest: Digest) -> None:
    parts.store.images.refer(image_id, upload_id, None)


def keep_blob(parts: Parts, upload_id: str, digest: Digest) -> None:
    parts.blobs.keep(upload_id, digest.address)


def finish_import(parts: Parts, task_id: str, image_id: str, upload_id: str, digest: Digest) -> None:
    now = parts.clock.now()
    with parts.db.write():
        image = parts.store.images.find(image_id)
        if image is None:
            raise NotFound("image.upload_ended", f"Image {image_id} was deleted during its import.")
        if image.upload_id == upload_id:
            parts.store.images.move(image, Status.ACTIVE, now, **settled(digest))
        parts.store.tasks.set_status(task_id, TaskStatus.SUCCESS, now, expires_at=now + _TASK_IS_KEPT)


def give_up_import(parts: Parts, task_id: str, image_id: str, upload_id: str, fault: Fault) -> None:
    """The image is queued again, and its task says why."""
    now = parts.clock.now()
    with parts.db.write():
        image = parts.store.images.find(image_id)
        if image is not None and image.upload_id == upload_id:
            parts.store.images.move(image, Status.QUEUED, now, upload_id=None, upload_until=None, blob=None)
        parts.store.tasks.set_status(
            task_id, TaskStatus.FAILURE, now, message=fault.message, expires_at=now + _TASK_IS_KEPT
        )


def _importing(parts: Parts, image_id: str, upload_id: str) -> Image:
    image = parts.store.images.find(image_id)
    if image is None or image.upload_id != upload_id:
        raise NotFound("image.upload_ended", f"Image {image_id} no longer waits for this import.")
    return image
