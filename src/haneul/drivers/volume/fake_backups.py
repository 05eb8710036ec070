"""Backups that are kept in memory."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.kit.errors import Unavailable


class FakeBackups:
    """`services.volume.driver.BackupStore` without a disk."""

    def __init__(self) -> None:
        self.pieces: dict[str, bytes] = {}
        self.lists: dict[str, tuple[str, ...]] = {}

    def has(self, digests: Sequence[str]) -> frozenset[str]:
        return frozenset(digests) & self.pieces.keys()

    def put(self, digest: str, data: bytes) -> None:
        self.pieces[digest] = data

    def read(self, digest: str) -> bytes:
        if digest not in self.pieces:
            raise Unavailable(
                "backup.damaged", f"Piece {digest[:12]} of the backup is missing: restore another backup."
            )
        return self.pieces[digest]

    def keep(self, backup_id: str, digests: Sequence[str]) -> None:
        self.lists[backup_id] = tuple(digests)

    def find(self, backup_id: str) -> Sequence[str] | None:
        return self.lists.get(backup_id)

    def remove(self, backup_id: str) -> None:
        self.lists.pop(backup_id, None)

    def list(self) -> Sequence[str]:
        return sorted(self.lists)

    def sweep(self, older_than_s: float) -> int:
        needed = {digest for digests in self.lists.values() for digest in digests}
        gone = self.pieces.keys() - needed
        for digest in gone:
            del self.pieces[digest]
        return len(gone)
