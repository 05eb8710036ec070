"""Images' data in a directory, each file named by the SHA-256 or SHA-512 of its content."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from haneul.kit.errors import CloudError, NoCapacity, NotFound, Unavailable
from haneul.services.image.driver import BlobReader, Draft, StoredBlob

log = logging.getLogger(__name__)

_FLUSH_BYTES = 32 << 20
"""So much is written before the medium is asked to take it."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DirectoryStore:
    """`<root>/<first two digits>/<address>`, and `<root>/drafts/<name>` on the same file system.

    A blob appears by a rename of a draft that is safe on the medium, so a power cut leaves the whole blob or
    none. Files are readable by this program's user alone.
    """

    def __init__(self, root: Path, reserve_bytes: int = 0) -> None:
        """`reserve_bytes` of the file system are left free for others."""
        self._root = root
        self._drafts = root / "drafts"
        self._reserve_bytes = reserve_bytes
        try:
            self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            # Everything that is asked of it says so until it is mended; other stores work meanwhile.
            log.error("The image store at %s cannot be used: %s", root, error.strerror)

    def begin(self, name: str) -> Draft:
        return _FileDraft(self._draft_path(name), self._root, self._reserve_bytes)

    def open_draft(self, name: str) -> BlobReader:
        return _FileReader(self._draft_path(name))

    def keep(self, name: str, address: str) -> None:
        target = self._blob_path(address)
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            self._draft_path(name).replace(target)
            _sync_directory(target.parent)
        except FileNotFoundError:
            if not target.exists():
                raise _missing(name) from None
        except OSError as error:
            raise _trouble(error, target) from error

    def discard(self, name: str) -> None:
        path = self._draft_path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _trouble(error, path) from error

    def drafts(self) -> list[str]:
        try:
            return sorted(path.name for path in self._drafts.iterdir())
        except OSError as error:
            raise _trouble(error, self._drafts) from error

    def open(self, address: str) -> BlobReader:
        return _FileReader(self._blob_path(address))

    def remove(self, address: str) -> None:
        self._blob_path(address).unlink(missing_ok=True)

    def list(self) -> Iterator[StoredBlob]:
        if not self._drafts.is_dir():
            raise _trouble(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), self._drafts)
        for path in sorted(self._root.glob("[0-9a-f][0-9a-f]/*")):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            yield StoredBlob(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def free_bytes(self) -> int:
        return _free_bytes(self._root, self._reserve_bytes)

    def _blob_path(self, address: str) -> Path:
        return self._root / address[:2] / _plain(address)

    def _draft_path(self, name: str) -> Path:
        return self._drafts / _plain(name)


class _FileDraft:
    def __init__(self, path: Path, root: Path, reserve_bytes: int) -> None:
        self._path, self._root, self._reserve_bytes = path, root, reserve_bytes
        self._unflushed_bytes = 0
        self._flusher: ThreadPoolExecutor | None = None
        self._flushing: Future[None] | None = None
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _trouble(error, path) from error

    def write(self, chunk: bytes) -> None:
        if self._reserve_bytes and _free_bytes(self._root, self._reserve_bytes) < len(chunk):
            raise _full(self._root)
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
            self._unflushed_bytes += len(chunk)
            if self._unflushed_bytes >= _FLUSH_BYTES:
                self._flush_meanwhile()
        except OSError as error:
            raise _trouble(error, self._path) from error

    def _flush_meanwhile(self) -> None:
        """Have the medium take what is there while more comes, so that `seal` has little left to wait for."""
        if self._flushing is not None:
            if not self._flushing.done():
                return
            self._flushing.result()
        self._flusher = self._flusher or ThreadPoolExecutor(1, "image-flush")
        self._flushing, self._unflushed_bytes = self._flusher.submit(os.fdatasync, self._fd), 0

    def seal(self) -> None:
        try:
            if self._flushing is not None:
                self._flushing.result()
            os.fsync(self._fd)
        except OSError as error:
            raise _trouble(error, self._path) from error

    def close(self) -> None:
        if self._flusher is not None:
            self._flusher.shutdown()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class _FileReader:
    def __init__(self, path: Path) -> None:
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _missing(path.name) from None
        except OSError as error:
            raise _trouble(error, path) from error
        self._path = path
        self.size_bytes = os.fstat(self._fd).st_size

    def read(self, offset: int, length: int) -> bytes:
        try:
            return os.pread(self._fd, length, offset)
        except OSError as error:
            raise _trouble(error, self._path) from error

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> BlobReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def _plain(name: str) -> str:
    if not name.replace("-", "").isalnum():
        raise ValueError(f"not a name for a file: {name!r}")
    return name


def _free_bytes(root: Path, reserve_bytes: int) -> int:
    found = os.statvfs(root)
    return max(0, found.f_bavail * found.f_frsize - reserve_bytes)


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _missing(name: str) -> NotFound:
    return NotFound("image.data_missing", f"The store has no data named {name}; upload the image again.")


def _full(path: Path) -> NoCapacity:
    log.error("The image store is full at %s", path)
    return NoCapacity(
        "image.store_full",
        "The image store is full: delete images that nobody needs, or ask your operator to enlarge it.",
    )


def _trouble(error: OSError, path: Path) -> CloudError:
    """What to tell a client, who need not know where things lie here; the log says it."""
    if error.errno in _FULL:
        return _full(path)
    log.error("The image store fails at %s: %s", path, error.strerror)
    return Unavailable("image.store_failed", "The image store does not work: try again later, or tell your operator.")
