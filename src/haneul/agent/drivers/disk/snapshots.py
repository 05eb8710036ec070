"""Finished copies of disks, waiting to be carried away: a folder of qcow2 files, each with what is known of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from haneul.agent.drivers.disk.base import Snapshot
from haneul.agent.files import sync_folder, write_whole

_PIECE_BYTES = 1 << 20


class _Facts(msgspec.Struct):
    size_bytes: int
    sha512: str
    is_quiet: bool


class SnapshotFolder:
    """`<folder>/<id>.qcow2` is whole once `<folder>/<id>.json` is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for file in folder.glob("*.qcow2"):
            if not file.with_suffix(".json").exists():
                file.unlink()

    def find(self, snapshot_id: str) -> Snapshot | None:
        path = self.path(snapshot_id)
        facts_file = path.with_suffix(".json")
        if not facts_file.exists():
            return None
        facts = msgspec.json.decode(facts_file.read_bytes(), type=_Facts)
        return Snapshot(path, facts.size_bytes, facts.sha512, facts.is_quiet)

    def path(self, snapshot_id: str) -> Path:
        return self._folder / f"{snapshot_id}.qcow2"

    def keep(self, snapshot_id: str, is_quiet: bool) -> None:
        """The file is whole: note what it is."""
        path, digest, size = self.path(snapshot_id), hashlib.sha512(), 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
            os.fsync(file.fileno())
        write_whole(path.with_suffix(".json"), msgspec.json.encode(_Facts(size, digest.hexdigest(), is_quiet)))

    def remove(self, snapshot_id: str) -> None:
        path = self.path(snapshot_id)
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        sync_folder(self._folder)

    def list(self) -> tuple[str, ...]:
        return tuple(sorted(path.name.removesuffix(".qcow2") for path in self._folder.glob("*.qcow2")))
