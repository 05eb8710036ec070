"""Data in the store: what nobody needs goes, what is damaged is found."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import islice

from haneul.kit.digests import Digests
from haneul.kit.errors import NotFound
from haneul.services.image.parts import Parts
from haneul.services.image.workflows.receive import PIECE_BYTES

log = logging.getLogger(__name__)

CHECK_AGAIN_AFTER = timedelta(days=7)
_BATCH = 500


def collect_blobs(parts: Parts) -> int:
    """Remove data that no image stands on; how much of it."""
    removed = 0
    for sha512 in parts.store.blobs.unused():
        with parts.db.write():
            if parts.store.blobs.release(sha512):
                parts.blobs.remove(sha512)
                removed += 1
    return removed


def remove_strays(parts: Parts) -> int:
    """Remove data that has no row; how much of it.

    A row comes before its data and goes after it, so data seen without a row belongs to nothing.
    """
    removed = 0
    names = (blob.sha512 for blob in parts.blobs.list())
    while batch := list(islice(names, _BATCH)):
        for sha512 in parts.store.blobs.unknown(batch):
            parts.blobs.remove(sha512)
            removed += 1
    return removed


def scrub_blobs(parts: Parts) -> bool:
    """Read the data that was checked longest ago, if that is due; False if it is no longer what it was."""
    blob = parts.store.blobs.least_checked()
    now = parts.clock.now()
    if blob is None or blob.checked_at > now - CHECK_AGAIN_AFTER:
        return True
    is_whole = _sha512(parts, blob.sha512) == blob.sha512
    if not is_whole:
        log.error("The data %s of images is damaged or gone: upload the same file again to heal it", blob.sha512)
    parts.store.blobs.mark_checked(blob.sha512, now, is_damaged=not is_whole)
    return is_whole


def _sha512(parts: Parts, sha512: str) -> str:
    try:
        with parts.blobs.open(sha512) as reader, Digests("sha512") as digests:
            for offset in range(0, reader.size_bytes, PIECE_BYTES):
                digests.feed(reader.read(offset, PIECE_BYTES))
            return digests.hexdigests()["sha512"]
    except NotFound:
        return ""
