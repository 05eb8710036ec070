"""An image is made of a server, running or not; a backup is one that takes the place of older ones."""

from __future__ import annotations

from haneul.kit.paging import Page
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.images import (
    COPY_DEADLINE_S,
    FILL_DEADLINE_S,
    FILL_LIMIT_S,
    copy_made,
    drop_image,
    image_filled,
    remove_copy,
    remove_image,
    snapshots_dropped,
    snapshots_taken,
)
from haneul.services.image import ImageFilter, Status


@workflow
def create_image(
    run: Run, server_id: ServerId, asked_by: AskedBy, image_id: str, snapshot_ids: tuple[str, ...] = ()
) -> None:
    """The image's row was made by the verb, so that its answer could tell of it: what fails takes it back.

    `snapshot_ids`: of the volumes of a server that boots from one, begun by the verb too.
    """
    if not snapshot_ids:
        _make(run, server_id, image_id)
        return
    run.on_failure(drop_image, image_id)
    run.wait(snapshots_taken, image_id, snapshot_ids, deadline_s=COPY_DEADLINE_S, undo=snapshots_dropped)
    run.wait(image_filled, server_id, image_id, deadline_s=FILL_DEADLINE_S, limit_s=FILL_LIMIT_S)


@workflow
def create_backup(
    run: Run, server_id: ServerId, asked_by: AskedBy, image_id: str, backup_type: str, rotation: int
) -> None:
    _make(run, server_id, image_id)
    run.step(rotate, server_id, image_id, backup_type, rotation)


def _make(run: Run, server_id: ServerId, image_id: str) -> None:
    """No undo of the data: it goes with the image."""
    run.on_failure(drop_image, image_id)
    run.wait(copy_made, server_id, image_id, deadline_s=COPY_DEADLINE_S, undo=remove_copy)
    run.wait(image_filled, server_id, image_id, deadline_s=FILL_DEADLINE_S, limit_s=FILL_LIMIT_S)
    run.step(remove_copy, server_id, image_id)


def rotate(parts: Parts, server_id: ServerId, image_id: str, backup_type: str, rotation: int) -> None:
    """Of the server's backups of this type only the latest stay. No undo: nothing follows."""
    mine = {"instance_uuid": str(server_id), "image_type": "backup", "backup_type": backup_type}
    found = parts.image.images.list(INTERNAL, ImageFilter(properties=mine, is_everything=True), Page())
    finished = [image for image in found if image.status is Status.ACTIVE]
    for image in sorted(finished, key=lambda each: (each.id == image_id, each.created_at), reverse=True)[rotation:]:
        remove_image(parts, image.id)
