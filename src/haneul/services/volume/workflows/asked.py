"""On whose behalf long work is done: part of every run's input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AskedBy:
    user_id: str
    project_id: str
    request_id: str = ""
    message_id: str = ""
    """Of the message that its owner gets if it fails."""
