"""An image's data on its way to one store: steps that imports share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from haneul.kit.digests import Digests, algorithm_of
from haneul.kit.errors import CloudError, Unavailable
from haneul.services.image.driver import BlobReader, NamedStore, copy_of
from haneul.services.image.model import Image, TaskStatus
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import pieces_of, upload_ended

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Way:
    """Which data goes where."""

    image_id: str
    upload_id: str
    """Names the draft, and the copy of it in the other store."""
    address: str
    size_bytes: int
    store: str
    may_fail: bool = False
    """Then the image does without this store."""


def mark_processing(parts: Parts, task_id: str) -> None:
    parts.store.tasks.set_status(task_id, TaskStatus.PROCESSING, parts.clock.now())


def claim_copy(parts: Parts, way: Way) -> None:
    with parts.db.write():
        parts.store.blobs.claim(way.store, way.address, way.size_bytes, parts.clock.now())
        if not parts.store.copies.refer(way.image_id, way.upload_id, way.store, way.address):
            raise upload_ended(way.image_id)


def release_copy(parts: Parts, way: Way) -> None:
    """What is left in the store is removed by upkeep."""
    parts.store.copies.miss(way.image_id, way.upload_id, way.store)


def fill_from_draft(parts: Parts, way: Way) -> bool:
    """Whether the store has the data; of the store in which the draft lies itself, it becomes a part."""

    def fill(target: NamedStore) -> None:
        holder = parts.stores.holder(way.upload_id)
        if holder is None or holder.name == target.name:
            target.blobs.keep(way.upload_id, way.address)
            return
        with holder.blobs.open_draft(way.upload_id) as reader:
            _copy(reader, target, way)

    return _filled(parts, way, fill)


def fill_from_store(parts: Parts, way: Way) -> bool:
    """Whether the store has the data, from another one where it is whole."""

    def fill(target: NamedStore) -> None:
        others = [blob.store for blob in parts.store.blobs.list_of(way.address) if not blob.is_damaged]
        with open_blob(parts, way.address, [name for name in others if name != target.name]) as reader:
            _copy(reader, target, way)

    return _filled(parts, way, fill)


def drop_copy(parts: Parts, way: Way) -> None:
    """A store that is away must not hold up the others: upkeep sweeps what stays in it."""
    target = parts.stores.find(way.store)
    if target is None:
        return
    try:
        target.blobs.discard(copy_of(way.upload_id))
    except CloudError as error:
        log.warning("A copy of image %s stays in the store %s for now: %s", way.image_id, way.store, error)


def settle_copy(parts: Parts, way: Way, is_there: bool) -> None:
    with parts.db.write():
        if not is_there:
            parts.store.copies.miss(way.image_id, way.upload_id, way.store)
            return
        parts.store.blobs.mark_checked(way.store, way.address, parts.clock.now(), is_damaged=False)
        parts.store.copies.arrive(way.image_id, way.upload_id, way.store)


def open_blob(parts: Parts, address: str, stores: list[str]) -> BlobReader:
    """From the first of the stores that can be read. Raises what the last one did, NotFound without any."""
    trouble: CloudError = Unavailable(
        "image.no_copy", "None of the stores that have the data can be read: ask your operator to look at them."
    )
    for name in parts.stores.arranged(stores):
        store = parts.stores.find(name)
        if store is None:
            continue
        try:
            return store.blobs.open(address)
        except CloudError as error:
            trouble = error
    raise trouble


def remove_unused(parts: Parts, name: str, address: str) -> bool:
    """Remove the data from the store unless an image stands on it; False if one does."""
    with parts.db.write():
        if not parts.store.blobs.release(name, address):
            return False
        store = parts.stores.find(name)
        if store is not None:
            store.blobs.remove(address)
        return True


def still_importing(parts: Parts, image_id: str, upload_id: str) -> Image:
    """Raises NotFound `image.upload_ended`."""
    image = parts.store.images.find(image_id)
    if image is None or image.upload_id != upload_id:
        raise upload_ended(image_id)
    return image


def _filled(parts: Parts, way: Way, fill: Callable[[NamedStore], None]) -> bool:
    try:
        fill(parts.stores.get(way.store))
    except CloudError as error:
        if not way.may_fail:
            raise
        log.warning("Image %s does not get to the store %s: %s", way.image_id, way.store, error)
        drop_copy(parts, way)
        return False
    return True


def _copy(reader: BlobReader, target: NamedStore, way: Way) -> None:
    """Begins anew each time, and keeps only what is what its address says."""
    algorithm = algorithm_of(way.address)
    draft = target.blobs.begin(copy_of(way.upload_id))
    try:
        with Digests(algorithm) as digests:
            for piece in pieces_of(reader):
                draft.write(piece)
                digests.feed(piece)
            found = digests.hexdigests()[algorithm]
        draft.seal()
    finally:
        draft.close()
    if found != way.address:
        raise Unavailable("image.damaged", "The data to be copied is no longer what was uploaded: upload it again.")
    target.blobs.keep(copy_of(way.upload_id), way.address)
