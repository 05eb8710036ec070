"""Images made of servers: a copy of the disk on the host, then its data in the image service."""

from __future__ import annotations

from collections.abc import Iterator

from haneul.hostapi import CHUNK_BYTES, SnapshotSpec
from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault as RunFault
from haneul.services.compute.model import ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import host_of, is_away
from haneul.services.image import Status

COPY_DEADLINE_S = 4 * 3600.0
FILL_LIMIT_S = 4 * 3600.0
FILL_DEADLINE_S = 8 * 3600.0


def copy_made(parts: Parts, server_id: ServerId, image_id: str) -> bool:
    """The host has a copy of the root disk. Raises Conflict("image.gone") once nobody wants the image."""
    require_wanted(parts, image_id)
    spec = SnapshotSpec(snapshot_id(server_id, image_id), server_id, server_id)
    return parts.hosts.ensure_snapshot(host_of(parts, server_id), spec).is_ready


def remove_copy(parts: Parts, server_id: ServerId, image_id: str) -> None:
    """As a step and as an undo: the host needs it no more, or is away; then it is cleared away later."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is not None and not is_away(parts, host_id):
        parts.hosts.remove_snapshot(host_id, snapshot_id(server_id, image_id))


def image_filled(parts: Parts, server_id: ServerId, image_id: str) -> bool:
    """The image has the data. What was cut off on the way begins anew, once the image service has noticed."""
    image = parts.image.images.find(INTERNAL, image_id)
    if image is None:
        raise _gone(image_id)
    if image.status is Status.ACTIVE:
        return True
    if image.status is not Status.QUEUED:
        raise Unavailable("image.busy", f"Image {image_id} is {image.status}: an earlier upload has to end first.")
    size_bytes, pieces = _data(parts, server_id, image_id)
    try:
        return parts.image.images.upload(INTERNAL, image_id, pieces, size_bytes).status is Status.ACTIVE
    except NotFound as error:
        raise _gone(image_id) from error


def _data(parts: Parts, server_id: ServerId, image_id: str) -> tuple[int, Iterator[bytes]]:
    """How many bytes, and those; none for an image that only names snapshots of volumes."""
    if parts.store.servers.get(server_id).boots_from_volume:
        return 0, iter(())
    host_id = host_of(parts, server_id)
    spec = SnapshotSpec(snapshot_id(server_id, image_id), server_id, server_id)
    size_bytes = parts.hosts.ensure_snapshot(host_id, spec).size_bytes
    return size_bytes, _pieces(parts, host_id, spec.snapshot_id, size_bytes)


def snapshots_taken(parts: Parts, image_id: str, snapshot_ids: tuple[str, ...]) -> bool:
    """Of the server's volumes. Raises as `copy_made` does, and Conflict("image.no_snapshot")."""
    require_wanted(parts, image_id)
    return parts.volume.snapshots.are_taken(snapshot_ids)


def snapshots_dropped(parts: Parts, image_id: str, snapshot_ids: tuple[str, ...]) -> None:
    for each in snapshot_ids:
        parts.volume.snapshots.remove_unused(each)


def _pieces(parts: Parts, host_id: str, name: str, size_bytes: int) -> Iterator[bytes]:
    offset = 0
    while offset < size_bytes:
        piece = parts.hosts.read_snapshot(host_id, name, offset, CHUNK_BYTES)
        if not piece:
            raise Unavailable("snapshot.short", "The copy of the disk ends too early: it is read again.")
        offset += len(piece)
        yield piece


def snapshot_id(server_id: str, image_id: str) -> str:
    return f"{server_id}.{image_id}"


def drop_image(parts: Parts, image_id: str, _fault: RunFault) -> None:
    """The image that came to nothing is gone; fine if its owner was faster."""
    remove_image(parts, image_id)


def remove_image(parts: Parts, image_id: str) -> None:
    """Gone, unless somebody protects it."""
    image = parts.image.images.find(INTERNAL, image_id)
    if image is not None and not image.is_protected:
        parts.image.images.delete(INTERNAL, image_id)


def require_wanted(parts: Parts, image_id: str) -> None:
    if parts.image.images.find(INTERNAL, image_id) is None:
        raise _gone(image_id)


def _gone(image_id: str) -> Conflict:
    return Conflict("image.gone", f"Image {image_id} was deleted before it was made: ask for another.")
