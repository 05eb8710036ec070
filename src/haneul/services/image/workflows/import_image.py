"""An image gets its data without its client waiting: from where it was staged, or from the web."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.image.model import Digest, Status, TaskStatus
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import examine_draft, settled, write_draft
from haneul.services.image.workflows.spread import (
    Way,
    claim_copy,
    drop_copy,
    fill_from_draft,
    mark_processing,
    release_copy,
    settle_copy,
    still_importing,
)

TRANSFER_S = 12 * 3600.0
"""How long data may take to be fetched, looked through, or copied."""
TASK_IS_KEPT = timedelta(hours=48)
FIRST = "local"


@dataclass(frozen=True)
class Targets:
    """Where an import goes, the store in which its draft lies last."""

    stores: tuple[str, ...] = (FIRST,)
    all_must_succeed: bool = True


@workflow
def import_image(run: Run, task_id: str, image_id: str, upload_id: str, url: str, to: Targets = Targets()) -> None:
    """`upload_id` names the draft; it is staged already where there is no `url` to fetch it from."""
    run.on_failure(give_up_import, task_id, image_id, upload_id)
    run.step(mark_processing, task_id)
    if url:
        run.step(fetch_draft, image_id, upload_id, url, undo=discard_fetched, tries=3, limit_s=TRANSFER_S)
    digest = run.step(look_through, image_id, upload_id, undo=discard_draft, limit_s=TRANSFER_S)
    for store in to.stores:
        way = Way(image_id, upload_id, digest.address, digest.size_bytes, store, not to.all_must_succeed)
        run.step(claim_copy, way, undo=release_copy)
        is_there = run.step(fill_from_draft, way, undo=drop_copy, limit_s=TRANSFER_S)
        # No undo: release_copy takes it back.
        run.step(settle_copy, way, is_there)
    # No undo: look_through's is the same.
    run.step(drop_draft, upload_id)
    run.step(finish_import, task_id, image_id, upload_id, digest)


def fetch_draft(parts: Parts, image_id: str, upload_id: str, url: str) -> None:
    """Begins anew each time: a draft that is there is from a try that was cut off."""
    image = still_importing(parts, image_id, upload_id)
    write_draft(parts, image, parts.fetcher.fetch(url), parts.stores.default)


def discard_fetched(parts: Parts, image_id: str, upload_id: str, url: str) -> None:
    parts.stores.discard(upload_id)


def look_through(parts: Parts, image_id: str, upload_id: str) -> Digest:
    return examine_draft(parts, still_importing(parts, image_id, upload_id))


def discard_draft(parts: Parts, image_id: str, upload_id: str) -> None:
    parts.stores.discard(upload_id)


def drop_draft(parts: Parts, upload_id: str) -> None:
    parts.stores.discard(upload_id)


def finish_import(parts: Parts, task_id: str, image_id: str, upload_id: str, digest: Digest) -> None:
    now = parts.clock.now()
    with parts.db.write():
        image = parts.store.images.find(image_id)
        if image is None:
            raise NotFound("image.upload_ended", f"Image {image_id} was deleted during its import.")
        if image.upload_id == upload_id:
            if not image.stores:
                raise Conflict("image.no_store_took_it", "None of the stores took the data: try others, or later.")
            parts.store.images.move(image, Status.ACTIVE, now, **settled(digest))
        parts.store.tasks.set_status(task_id, TaskStatus.SUCCESS, now, expires_at=now + TASK_IS_KEPT)


def give_up_import(parts: Parts, task_id: str, image_id: str, upload_id: str, fault: Fault) -> None:
    """The image is queued again, and its task says why."""
    now = parts.clock.now()
    with parts.db.write():
        image = parts.store.images.find(image_id)
        if image is not None and image.upload_id == upload_id:
            failed = tuple(dict.fromkeys((*(image.failed_stores or ()), *(image.importing_to or ()))))
            parts.store.images.requeue(image, now, importing_to=(), failed_stores=failed)
        parts.store.tasks.set_status(
            task_id, TaskStatus.FAILURE, now, message=fault.message, expires_at=now + TASK_IS_KEPT
        )
