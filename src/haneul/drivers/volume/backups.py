"""Backups in a directory: every piece once, under its SHA-256, and a list of pieces for each backup."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from haneul.kit.errors import NoCapacity, Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)


class BackupDirectory:
    """`<folder>/pieces/ab/<sha256>` (zlib) and `<folder>/backups/<id>`: a line for each piece, empty for zeros.

    What is not finished has another name, so that what has the right name is whole. Files are readable by their
    owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._pieces = folder / "pieces"
        self._lists = folder / "backups"
        for place in (self._pieces, self._lists):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)

    def has(self, digests: Sequence[str]) -> frozenset[str]:
        """What is there counts as new again, so that no sweep takes it before its backup is kept."""
        found = set()
        for digest in set(digests):
            path = self._piece(digest)
            if path.exists():
                os.utime(path)
                found.add(digest)
        return frozenset(found)

    def put(self, digest: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != digest:
            raise Unavailable("backup.damaged", "What arrived is not what was summed: the backup is tried again")
        path = self._piece(digest)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, zlib.compress(data, 1))

    def read(self, digest: str) -> bytes:
        try:
            data = zlib.decompress(self._piece(digest).read_bytes())
        except (OSError, zlib.error) as error:
            raise _damaged(digest) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(digest)
        return data

    def keep(self, backup_id: str, digests: Sequence[str]) -> None:
        _write(self._lists / backup_id, "".join(f"{digest}\n" for digest in digests).encode())

    def find(self, backup_id: str) -> Sequence[str] | None:
        try:
            return (self._lists / backup_id).read_text().split("\n")[:-1]
        except FileNotFoundError:
            return None

    def remove(self, backup_id: str) -> None:
        (self._lists / backup_id).unlink(missing_ok=True)

    def list(self) -> Sequence[str]:
        return sorted(path.name for path in self._lists.iterdir() if not path.name.endswith(".part"))

    def sweep(self, older_than_s: float) -> int:
        before = time.time() - older_than_s
        old = [path for path in self._pieces.glob("*/*") if path.stat().st_mtime < before]
        needed = {digest for backup_id in self.list() for digest in self.find(backup_id) or ()}
        gone = [path for path in old if path.name not in needed]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _piece(self, digest: str) -> Path:
        return self._pieces / digest[:2] / digest


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in _FULL:
            message = f"Free space where backups are kept ({path.parent}), then try again: it is full"
            raise NoCapacity("backup.store_full", message) from error
        raise


def _damaged(digest: str) -> Unavailable:
    return Unavailable(
        "backup.damaged", f"Piece {digest[:12]} of the backup is missing or changed: restore another backup."
    )
