"""Where the store of images' data and what is written of it part."""

from __future__ import annotations

from collections.abc import Iterator

from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.errors import CloudError
from haneul.services.image.parts import Parts

SERVICE = "image"
STRAYS, UNUSED = "image.remove_strays", "image.collect_blobs"
STRAYS_EVERY_S, UNUSED_EVERY_S = 3600.0, 300.0
_LOST = "Nothing makes it again: upload the same file once more, which heals every image that stands on it."


def find_drift(parts: Parts) -> Drift:
    """Everything that differs; a store that cannot be read is told as unseen.

    A row comes before its data and goes after it: rows are looked at on both sides of the data.
    """
    before = set(parts.store.blobs.names())
    try:
        kept = {blob.address for blob in parts.blobs.list()}
    except (CloudError, OSError) as error:
        return Drift((), (Unseen(SERVICE, "", str(error)),))
    after = set(parts.store.blobs.names())
    return Drift(tuple(_differences(parts, (before & after) - kept, kept - after)))


def _differences(parts: Parts, gone: set[str], strays: set[str]) -> Iterator[Difference]:
    for address in sorted(gone):
        yield Difference(SERVICE, Parting.MISSING, "data", address, remedy=_LOST)
    for address in sorted(strays):
        yield _left_over(address, STRAYS, STRAYS_EVERY_S)
    for address in sorted(parts.store.blobs.unused()):
        yield _left_over(address, UNUSED, UNUSED_EVERY_S)


def _left_over(address: str, loop: str, every_s: float) -> Difference:
    within_s = 1.25 * every_s
    return Difference(
        SERVICE,
        Parting.LEFT_OVER,
        "data",
        address,
        loop=loop,
        within_s=within_s,
        remedy="It is removed: nothing needs it.",
    )
