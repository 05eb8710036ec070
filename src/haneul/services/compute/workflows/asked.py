"""On whose behalf long work is done: part of every run's input, told by the instance actions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AskedBy:
    user_id: str
    project_id: str


THE_CLOUD = AskedBy("", "")
