"""A volume's blocks become an image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from haneul.hostapi import VOLUME_CHUNK_BYTES, VolumePlace, VolumeSpec
from haneul.kit.errors import Forbidden, NotFound, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.image import Status as ImageStatus
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.change_volume import at_rest, mark_at_rest
from haneul.services.volume.workflows.delete_volume import removed_from
from haneul.services.volume.workflows.failures import volume_failed
from haneul.services.volume.workflows.places import host_of, place_of

DEADLINE_S = 3600.0


@workflow
def upload_volume(run: Run, volume_id: str, image_id: str, old_status: Status, asked_by: AskedBy) -> None:
    """The copy that is sent bears the image's id on the host."""
    run.on_failure(mark_not_uploaded, volume_id, old_status, asked_by)
    run.on_failure(image_gone, image_id)
    run.wait(copy_ready, volume_id, image_id, deadline_s=DEADLINE_S, undo=remove_copy)
    run.step(send_image, volume_id, image_id, limit_s=DEADLINE_S)
    run.step(copy_removed, volume_id, image_id)
    run.step(mark_at_rest, volume_id, old_status)


def copy_ready(parts: Parts, volume_id: str, image_id: str) -> bool:
    volume = parts.store.volumes.get(volume_id)
    image = parts.image.images.get(INTERNAL, image_id)
    file_format = image.disk_format or "raw"
    spec = VolumeSpec(
        VolumePlace(volume.backend, image_id),
        volume.size_gib,
        copy_of=place_of(volume),
        is_raw=file_format == "raw",
        file_format="" if file_format == "raw" else file_format,
    )
    return parts.hosts.ensure_volume(host_of(volume), spec).is_ready


def remove_copy(parts: Parts, volume_id: str, image_id: str) -> None:
    volume = parts.store.volumes.find(volume_id)
    if volume is not None and volume.host_id is not None:
        removed_from(parts, volume.host_id, VolumePlace(volume.backend, image_id))


def copy_removed(parts: Parts, volume_id: str, image_id: str) -> None:
    """No undo: it was a copy."""
    remove_copy(parts, volume_id, image_id)


def send_image(parts: Parts, volume_id: str, image_id: str) -> None:
    """No undo: the image is its owner's from the moment in which it has its data."""
    image = parts.image.images.get(INTERNAL, image_id)
    if image.status is ImageStatus.ACTIVE:
        return
    if image.status is not ImageStatus.QUEUED:
        raise Unavailable("image.being_written", f"An earlier attempt to write image {image_id} has not ended yet")
    volume = parts.store.volumes.get(volume_id)
    parts.image.images.upload(
        INTERNAL, image_id, _pieces(parts, host_of(volume), VolumePlace(volume.backend, image_id))
    )


def _pieces(parts: Parts, host_id: str, place: VolumePlace) -> Iterator[bytes]:
    offset = 0
    while piece := parts.hosts.read_volume(host_id, place, offset, VOLUME_CHUNK_BYTES):
        offset += len(piece)
        yield piece


def mark_not_uploaded(parts: Parts, volume_id: str, old_status: Status, asked_by: AskedBy, fault: Fault) -> None:
    """The volume is as it was, its owner is told."""
    volume_failed(parts, volume_id, asked_by, fault, status=at_rest(parts, volume_id))


def image_gone(parts: Parts, image_id: str, fault: Fault) -> None:
    """An image that got no data is not left waiting for them, unless it is protected."""
    with suppress(NotFound, Forbidden):
        if parts.image.images.get(INTERNAL, image_id).status is ImageStatus.QUEUED:
            parts.image.images.delete(INTERNAL, image_id)
