"""What images ask of the world: a place that keeps data by its content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol


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
