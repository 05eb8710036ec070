"""Where the store of images' data and what is written of it part."""

from __future__ import annotations

from collections.abc import Iterator

from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.errors import CloudError
from haneul.services.image.driver import NamedStore
from haneul.services.image.parts import Parts

SERVICE = "image"
STRAYS, UNUSED = "image.remove_strays", "image.collect_blobs"
STRAYS_EVERY_S, UNUSED_EVERY_S = 3600.0, 300.0
_LOST = "Nothing makes it again: upload the same file once more, which heals every image that stands on it."


def find_drift(parts: Parts) -> Drift:
    """Everything that differs; a store that cannot be read is told as unseen."""
    found: list[Difference] = []
    unseen: list[Unseen] = []
    for store in parts.stores:
        try:
            found += _in_store(parts, store)
        except (CloudError, OSError) as error:
            unseen.append(Unseen(SERVICE, "", f"{store.name}: {error}"))
    found += [_left_over(_told(parts, *each), UNUSED, UNUSED_EVERY_S) for each in sorted(parts.store.blobs.unused())]
    return Drift(tuple(found), tuple(unseen))


def _in_store(parts: Parts, store: NamedStore) -> Iterator[Difference]:
    """A row comes before its data and goes after it: rows are looked at on both sides of the data."""
    before = set(parts.store.blobs.names(store.name))
    kept = {blob.address for blob in store.blobs.list()}
    after = set(parts.store.blobs.names(store.name))
    for address in sorted((before & after) - kept):
        yield Difference(SERVICE, Parting.MISSING, "data", _told(parts, store.name, address), remedy=_LOST)
    for address in sorted(kept - after):
        yield _left_over(_told(parts, store.name, address), STRAYS, STRAYS_EVERY_S)


def _told(parts: Parts, store: str, address: str) -> str:
    """The address, and the store where it is another than the default one."""
    return address if store == parts.stores.default.name else f"{address} in {store}"


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
