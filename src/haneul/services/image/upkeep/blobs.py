"""Data in the stores: what nobody needs goes, what is damaged is found."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from itertools import islice

from haneul.kit.digests import algorithm_of
from haneul.kit.errors import NotFound
from haneul.services.image.driver import NamedStore
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import digest_of
from haneul.services.image.workflows.spread import remove_unused

log = logging.getLogger(__name__)

CHECK_AGAIN_AFTER = timedelta(days=7)
_BATCH = 500


def collect_blobs(parts: Parts) -> int:
    """Remove data that no image stands on; how much of it."""
    return sum(remove_unused(parts, name, address) for name, address in parts.store.blobs.unused())


def remove_strays(parts: Parts) -> int:
    """Remove data that has no row; how much of it.

    A row comes before its data and goes after it, so data seen without a row belongs to nothing.
    """
    return parts.stores.total(partial(_remove_strays, parts))


def _remove_strays(parts: Parts, store: NamedStore) -> int:
    removed = 0
    names = (blob.address for blob in store.blobs.list())
    while batch := list(islice(names, _BATCH)):
        for address in parts.store.blobs.unknown(store.name, batch):
            store.blobs.remove(address)
            removed += 1
    return removed


def scrub_blobs(parts: Parts) -> bool:
    """Read the data that was checked longest ago, if that is due; False if it is no longer what it was."""
    blob = parts.store.blobs.least_checked(parts.stores.names)
    now = parts.clock.now()
    if blob is None or blob.checked_at > now - CHECK_AGAIN_AFTER:
        return True
    is_whole = _is_whole(parts.stores.get(blob.store), blob.address)
    if not is_whole:
        log.error(
            "The data %s of images is damaged or gone in the store %s: upload the same file again to heal it",
            blob.address,
            blob.store,
        )
    parts.store.blobs.mark_checked(blob.store, blob.address, now, is_damaged=not is_whole)
    return is_whole


def _is_whole(store: NamedStore, address: str) -> bool:
    try:
        with store.blobs.open(address) as reader:
            return digest_of(reader, algorithm_of(address)) == address
    except NotFound:
        return False
