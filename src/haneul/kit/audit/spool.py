"""Where records rest until the database has them: a file that outlives the process."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from haneul.kit.audit.model import AuditRecord, Head

log = logging.getLogger(__name__)

_decoder = msgspec.json.Decoder(AuditRecord)


class Spool:
    """One control plane's. Not safe for several threads at once: whoever owns it takes care of that."""

    def __init__(self, folder: Path, replica: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = folder / f"{replica}.spool"
        self._moving = folder / f"{replica}.moving"
        self._head = folder / f"{replica}.head"
        self._open = _appending(self._file)

    def append(self, record: AuditRecord) -> None:
        """Outlives the process once this returns; not a power cut of this very second."""
        os.write(self._open, msgspec.json.encode(record) + b"\n")

    def waiting(self) -> list[AuditRecord]:
        """Everything that the database may not have yet."""
        return [*_read(self._moving), *_read(self._file)]

    def take(self) -> list[AuditRecord]:
        """What is to be brought into the database; the same again until `drop`."""
        if not self._moving.exists():
            if self._file.stat().st_size == 0:
                return []
            os.fsync(self._open)
            self._file.rename(self._moving)
            os.close(self._open)
            self._open = _appending(self._file)
        return _read(self._moving)

    def drop(self, head: Head) -> None:
        """The database has what `take` answered, up to this head."""
        draft = self._head.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(head))
        draft.replace(self._head)
        self._moving.unlink(missing_ok=True)

    def head(self) -> Head:
        """How far the database had the chain when that was last seen."""
        try:
            return msgspec.json.decode(self._head.read_bytes(), type=Head)
        except FileNotFoundError:
            return Head()

    def close(self) -> None:
        os.close(self._open)


def _appending(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _read(file: Path) -> list[AuditRecord]:
    if not file.exists():
        return []
    records = []
    for line in file.read_bytes().splitlines():
        try:
            records.append(_decoder.decode(line))
        except msgspec.DecodeError:
            log.error("A line of %s was cut off by a power cut: %s bytes are left out", file, len(line))
    return records
