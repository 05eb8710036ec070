"""The end of what a guest wrote to its serial console."""

from __future__ import annotations

import os
from pathlib import Path

from haneul.agent.parts import Parts
from haneul.hostapi import ConsoleLog
from haneul.kit.errors import NotFound

MAX_BYTES = 100 * 1024


def read_console_log(parts: Parts, server_id: str, lines: int | None = None) -> ConsoleLog:
    """The last `lines`, at most 100 KiB of them. Raises NotFound("guest.absent")."""
    if parts.journal.find(server_id) is None:
        raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
    data = _tail(parts.guest_folder(server_id) / "console.log")
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\x00", "")
    if lines is not None:
        kept = text.splitlines(keepends=True)
        text = "".join(kept[max(0, len(kept) - lines) :])
    return ConsoleLog(server_id, text)


def _tail(path: Path) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MAX_BYTES))
        return file.read(MAX_BYTES)
