"""Daemons as they should be, and who keeps them so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from haneul.cli.machine.processes import Process


@dataclass(frozen=True)
class Daemon:
    """A program that is to run all the time, in the foreground of whoever keeps it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Beside the environment of its keeper."""
    after: tuple[str, ...] = ()
    """The daemons that are started before it at boot, and ended after it at shutdown."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Daemon:
        raw = json.loads(text)
        return cls(raw["name"], tuple(raw["argv"]), raw["env"], tuple(raw.get("after", ())))


@dataclass(frozen=True)
class Places:
    """Where the daemons of one cloud have their files."""

    state: Path

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def wanted(self) -> Path:
        """A file for each daemon that is to run."""
        return self.run / "wanted"

    def pid_of(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def log_of(self, name: str) -> Path:
        return self.state / "log" / f"{name}.log"

    def make(self) -> None:
        """The directories, for root (or the user) alone."""
        for folder in (self.state, self.run, self.wanted, self.state / "log"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


class Keeper(Protocol):
    """Who keeps daemons running: systemd, or Haneul's own supervisor where there is none."""

    def ensure(self, daemon: Daemon) -> bool:
        """Have it run as described, from now on; True if that changed anything. Does not wait until it is ready."""

    def stop(self, name: str) -> bool:
        """Have it end and stay away; returns once it is gone. True if it was wanted."""

    def find(self, name: str) -> Process | None:
        """Its process, if it runs now."""

    def names(self) -> list[str]:
        """The daemons that are to run."""

    def at_boot(self, name: str, argv: tuple[str, ...]) -> bool:
        """Have this run once at every boot, before the daemons; True if that is new.

        Nothing happens where no daemon is started at boot either.
        """

    def close(self) -> None:
        """Leave nothing of the keeper itself behind; every daemon has been stopped before."""
