"""Checksums: several of one stream at once, each in its own thread; and whose digest an address is."""

from __future__ import annotations

import hashlib
from queue import Queue
from threading import Thread
from types import TracebackType

_QUEUED_CHUNKS = 4
_INLINE_BYTES = 1 << 20
_BY_DIGITS = {64: "sha256", 128: "sha512"}


def algorithm_of(address: str) -> str:
    """Whose digest this is, by its length: `sha256` or `sha512`. Raises ValueError for neither."""
    if len(address) not in _BY_DIGITS:
        raise ValueError(f"not the digest of anything: {address!r}")
    return _BY_DIGITS[len(address)]


def hasher_of(address: str) -> hashlib._Hash:
    """What makes such a digest."""
    return hashlib.new(algorithm_of(address))


class Digests:
    """Feed it chunks, then ask for the digests; a context manager, so that its threads always end.

    A short stream is hashed where it is fed. From the first megabyte on each algorithm has its own thread, and
    `feed` waits while a thread is some chunks behind: memory stays flat.
    """

    def __init__(self, *algorithms: str) -> None:
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self._queues: list[Queue[bytes | None]] = []
        self._threads: list[Thread] = []
        self.size_bytes = 0

    def feed(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        if not self._threads and self.size_bytes > _INLINE_BYTES:
            self._start()
        for queue in self._queues:
            queue.put(chunk)
        if not self._queues:
            for digest in self._hashes.values():
                digest.update(chunk)

    def hexdigests(self) -> dict[str, str]:
        """By algorithm, of everything that was fed; nothing can be fed afterwards."""
        self.close()
        return {name: digest.hexdigest() for name, digest in self._hashes.items()}

    def close(self) -> None:
        for queue in self._queues:
            queue.put(None)
        for thread in self._threads:
            thread.join()
        self._queues.clear()
        self._threads.clear()

    def __enter__(self) -> Digests:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        for name, digest in self._hashes.items():
            queue: Queue[bytes | None] = Queue(_QUEUED_CHUNKS)
            thread = Thread(target=_work, args=(digest, queue), name=f"digest-{name}", daemon=True)
            thread.start()
            self._queues.append(queue)
            self._threads.append(thread)


def _work(digest: hashlib._Hash, queue: Queue[bytes | None]) -> None:
    while (chunk := queue.get()) is not None:
        digest.update(chunk)
