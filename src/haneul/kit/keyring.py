"""Keys in a folder that seal what leaves the process or rests on disk."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Keyring:
    """Fernet keys as numbered files of mode 0600: the highest number seals, all of them open.

    The format is Fernet's (https://github.com/fernet/spec): AES-128-CBC with HMAC-SHA256.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder and a first key if there is none."""
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._numbers():
            self._add(1)
        self._load()

    def seal(self, plain: bytes, at: datetime) -> bytes:
        return self._sealing.encrypt_at_time(plain, int(at.timestamp()))

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed; None if it was not sealed with any of these keys."""
        plain = self._opened(sealed)
        if plain is None and self._numbers() != self._known:
            with self._lock:
                self._load()
            plain = self._opened(sealed)
        return plain

    def is_older_than(self, age: timedelta, now: datetime) -> bool:
        """True if the key that seals was made longer ago than that."""
        made_at = (self._folder / str(self._numbers()[-1])).stat().st_mtime
        return datetime.fromtimestamp(made_at, UTC) + age < now

    def rotate(self, keep: int = 3) -> None:
        """Seal with a new key from now on; the `keep` newest still open."""
        with self._lock:
            self._add(self._numbers()[-1] + 1)
            for number in self._numbers()[:-keep]:
                (self._folder / str(number)).unlink()
            self._load()

    def _opened(self, sealed: bytes) -> bytes | None:
        try:
            return self._opening.decrypt(sealed)
        except (InvalidToken, ValueError):
            return None

    def _numbers(self) -> list[int]:
        return sorted(int(file.name) for file in self._folder.iterdir() if file.name.isdigit())

    def _add(self, number: int) -> None:
        draft = self._folder / f".{number}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / str(number))

    def _load(self) -> None:
        """Another process may have rotated them."""
        self._known = self._numbers()
        keys = [Fernet((self._folder / str(number)).read_bytes()) for number in reversed(self._known)]
        self._sealing, self._opening = keys[0], MultiFernet(keys)
