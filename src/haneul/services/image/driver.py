"""What images ask of the world: a place that keeps data by its content."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol

from haneul.kit.errors import CloudError, Invalid

log = logging.getLogger(__name__)

_COPY = "-copy"


@dataclass(frozen=True)
class StoredBlob:
    """What is really there."""

    address: str
    size_bytes: int
    stored_at: datetime


class Draft(Protocol):
    """Data that is being written; nobody sees it before the store keeps it."""

    def write(self, chunk: bytes) -> None:
        """Append. Raises NoCapacity `image.store_full` when there is no room left."""
        ...

    def seal(self) -> None:
        """Everything written is safe on the medium; nothing more will come."""
        ...

    def close(self) -> None:
        """Let go of it, sealed or not; it stays in the store until it is kept or discarded."""
        ...


class BlobReader(Protocol):
    """Data open for reading: it stays whole for this reader even if it is removed meanwhile."""

    size_bytes: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> BlobReader: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None: ...


class BlobStore(Protocol):
    """Keeps data named by its address, the SHA-256 or SHA-512 of it. Every method may be repeated.

    A draft is named by whoever begins it and becomes a blob by `keep`. Raises NotFound `image.data_missing` on
    reading what is not there, NoCapacity `image.store_full` without room, Unavailable when the medium fails.
    """

    def begin(self, name: str) -> Draft:
        """An empty draft; one of the same name is lost."""
        ...

    def open_draft(self, name: str) -> BlobReader: ...

    def keep(self, name: str, address: str) -> None:
        """The draft `name` is now the blob `address`, at once and safely; fine if it is so already."""
        ...

    def discard(self, name: str) -> None:
        """There is no draft of that name any more."""
        ...

    def drafts(self) -> list[str]: ...

    def open(self, address: str) -> BlobReader: ...

    def remove(self, address: str) -> None: ...

    def list(self) -> Iterator[StoredBlob]: ...

    def free_bytes(self) -> int:
        """How much more it can take."""
        ...


@dataclass(frozen=True)
class NamedStore:
    """A store as operators and clients know it."""

    name: str
    blobs: BlobStore
    weight: int = 0
    """Data is read from the heaviest store that has it."""
    description: str = ""
    folder: str = ""
    """Where it lies, for operators; empty: nowhere in particular."""


class Stores:
    """Every place for images' data. A draft lies in one of them; copies on their way are drafts beside it."""

    def __init__(self, stores: Sequence[NamedStore], default: str) -> None:
        """`default` names the one for data that nobody chose a store for."""
        self._by_name = {each.name: each for each in sorted(stores, key=lambda each: (-each.weight, each.name))}
        self.default = self._by_name[default]

    def __iter__(self) -> Iterator[NamedStore]:
        """The heaviest first, then by name."""
        return iter(self._by_name.values())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def find(self, name: str) -> NamedStore | None:
        return self._by_name.get(name)

    def get(self, name: str) -> NamedStore:
        """Raises Invalid `image.no_store`."""
        found = self.find(name)
        if found is None:
            raise Invalid("image.no_store", f"There is no store {name}: choose from {', '.join(self.names)}.")
        return found

    def total(self, count: Callable[[NamedStore], int]) -> int:
        """Of all stores together; one that fails counts nothing, and is tried again by whoever comes next."""
        found = 0
        for each in self:
            try:
                found += count(each)
            except CloudError as error:
                log.warning("The store %s is left out for now: %s", each.name, error)
        return found

    def arranged(self, names: Iterable[str]) -> tuple[str, ...]:
        """The same names in the stores' order; those of stores that are no more come last."""
        wanted = set(names)
        known = tuple(name for name in self._by_name if name in wanted)
        return known + tuple(sorted(wanted - self._by_name.keys()))

    def holder(self, draft: str) -> NamedStore | None:
        """The store in which this draft lies."""
        for each in self:
            try:
                each.blobs.open_draft(draft).close()
            except CloudError:
                continue
            return each
        return None

    def discard(self, draft: str) -> None:
        """There is no draft of that name in any store, and no copy on its way; upkeep sees to stores that fail now."""
        for each in self:
            try:
                each.blobs.discard(draft)
                each.blobs.discard(copy_of(draft))
            except CloudError as error:
                log.warning("The draft %s stays in the store %s for now: %s", draft, each.name, error)


def copy_of(draft: str) -> str:
    """The name of a draft in another store that is to become the same."""
    return f"{draft}{_COPY}"


def original_of(draft: str) -> str:
    """`copy_of` backwards; fine for what is no copy."""
    return draft.removesuffix(_COPY)


@dataclass(frozen=True)
class Found:
    """What data really is."""

    format: str
    """As OpenStack names disk formats; `raw` where no other is recognised."""
    virtual_size_bytes: int | None


class Inspection(Protocol):
    """Watches data being streamed by, without keeping or changing it."""

    def feed(self, chunk: bytes) -> None: ...

    def finish(self, reader: BlobReader) -> Found:
        """What it was; `reader` gives the places that must be looked at once more.

        Raises Invalid `image.unsafe` for what could reach files of a host or is cut off, `image.wrong_format`
        where the data is not what the image claims to be.
        """
        ...


class Inspector(Protocol):
    def begin(self, disk_format: str, container_format: str) -> Inspection:
        """Of data that is claimed to be of this format, in this container."""
        ...


class Fetcher(Protocol):
    """Brings data from the web, from where the operator allows."""

    def check(self, url: str) -> None:
        """Raises Invalid `image.source_refused` for what may not be fetched, as far as the URL tells."""
        ...

    def fetch(self, url: str) -> Iterator[bytes]:
        """The body. Raises Invalid `image.source_refused`, Unavailable `image.source_failed`."""
        ...
