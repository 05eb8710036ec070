"""Images' data in memory, with as much room as it is given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType

from haneul.kit.errors import Invalid, NoCapacity, NotFound, Unavailable
from haneul.services.image.driver import BlobReader, Draft, StoredBlob


class FakeStore:
    """Behaves as the directory store does; `capacity_bytes` may be changed at any time."""

    def __init__(self, capacity_bytes: int = 1 << 30) -> None:
        self.capacity_bytes = capacity_bytes
        self._lock = Lock()
        self._drafts: dict[str, bytearray] = {}
        self._blobs: dict[str, tuple[bytes, datetime]] = {}

    def begin(self, name: str) -> Draft:
        with self._lock:
            data = self._drafts[name] = bytearray()
        return _FakeDraft(self, data)

    def open_draft(self, name: str) -> BlobReader:
        with self._lock:
            return _FakeReader(name, self._drafts.get(name))

    def keep(self, name: str, address: str) -> None:
        with self._lock:
            if name in self._drafts:
                self._blobs[address] = bytes(self._drafts.pop(name)), datetime.now(UTC)
            elif address not in self._blobs:
                raise _missing(name)

    def discard(self, name: str) -> None:
        with self._lock:
            self._drafts.pop(name, None)

    def drafts(self) -> list[str]:
        with self._lock:
            return sorted(self._drafts)

    def open(self, address: str) -> BlobReader:
        with self._lock:
            return _FakeReader(address, self._blobs.get(address, (None,))[0])

    def remove(self, address: str) -> None:
        with self._lock:
            self._blobs.pop(address, None)

    def list(self) -> Iterator[StoredBlob]:
        with self._lock:
            found = [StoredBlob(name, len(data), at) for name, (data, at) in sorted(self._blobs.items())]
        yield from found

    def free_bytes(self) -> int:
        used = sum(map(len, self._drafts.values())) + sum(len(data) for data, _ in self._blobs.values())
        return max(0, self.capacity_bytes - used)

    def damage(self, address: str) -> None:
        """Flip the lowest bit of the blob's first byte, as a failing disk would."""
        with self._lock:
            data, at = self._blobs[address]
            self._blobs[address] = bytes([data[0] ^ 1]) + data[1:], at


class _FakeDraft:
    def __init__(self, store: FakeStore, data: bytearray) -> None:
        self._store, self._data = store, data

    def write(self, chunk: bytes) -> None:
        if self._store.free_bytes() < len(chunk):
            raise NoCapacity("image.store_full", "The image store is full; delete images that nobody needs.")
        self._data += chunk

    def seal(self) -> None:
        """Memory is as safe as it gets."""

    def close(self) -> None:
        """Nothing is held."""


class _FakeReader:
    def __init__(self, name: str, data: bytes | bytearray | None) -> None:
        if data is None:
            raise _missing(name)
        self._data = bytes(data)
        self.size_bytes = len(data)

    def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> BlobReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def _missing(name: str) -> NotFound:
    return NotFound("image.data_missing", f"The store has no data named {name}; upload the image again.")


class FakeFetcher:
    """A web of a few pages."""

    def __init__(self, pages: dict[str, bytes] | None = None) -> None:
        self.pages = pages or {}

    def check(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Invalid("image.source_refused", f"URI for web-download does not pass filtering: {url}")

    def fetch(self, url: str) -> Iterator[bytes]:
        self.check(url)
        if url not in self.pages:
            raise Unavailable("image.source_failed", f"{url} cannot be fetched: there is no such page.")
        yield self.pages[url]
