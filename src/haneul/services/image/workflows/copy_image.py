"""An image's data goes to more stores, while it can be used."""

from __future__ import annotations

from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.image.model import TaskStatus
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.import_image import TASK_IS_KEPT, TRANSFER_S
from haneul.services.image.workflows.spread import (
    Way,
    claim_copy,
    drop_copy,
    fill_from_store,
    mark_processing,
    release_copy,
    settle_copy,
)


@workflow
def copy_image(run: Run, task_id: str, image_id: str, upload_id: str, ways: tuple[Way, ...]) -> None:
    """`upload_id` names the copies on their way."""
    run.on_failure(give_up_copy, task_id, image_id, upload_id)
    run.step(mark_processing, task_id)
    for way in ways:
        run.step(claim_copy, way, undo=release_copy)
        is_there = run.step(fill_from_store, way, undo=drop_copy, limit_s=TRANSFER_S)
        # No undo: release_copy takes it back.
        run.step(settle_copy, way, is_there)
    run.step(finish_copy, task_id, image_id, upload_id)


def finish_copy(parts: Parts, task_id: str, image_id: str, upload_id: str) -> None:
    now = parts.clock.now()
    with parts.db.write():
        parts.store.images.end_copy(image_id, upload_id)
        parts.store.tasks.set_status(task_id, TaskStatus.SUCCESS, now, expires_at=now + TASK_IS_KEPT)


def give_up_copy(parts: Parts, task_id: str, image_id: str, upload_id: str, fault: Fault) -> None:
    """The image stays as it was, and its task says why."""
    now = parts.clock.now()
    with parts.db.write():
        parts.store.images.end_copy(image_id, upload_id)
        parts.store.tasks.set_status(
            task_id, TaskStatus.FAILURE, now, message=fault.message, expires_at=now + TASK_IS_KEPT
        )
