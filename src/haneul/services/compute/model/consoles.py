"""Consoles: a guest's screen or serial line, opened by whoever shows a permission."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsoleKind(StrEnum):
    VNC = "vnc"
    """The screen, in the protocol RFB."""
    SERIAL = "serial"
    """The serial line, byte for byte."""


@dataclass(frozen=True)
class ConsoleGrant:
    """A permission to open one console once: the token is told once, only its hash is kept."""

    server_id: str
    kind: ConsoleKind
    expires_at: datetime
    token: str = ""
    """Empty when read back."""
