"""A part of the cloud on this machine: one or more daemons, and how one sees that they are ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.cli.machine.daemons import Daemon, Keeper, Places
from haneul.cli.machine.processes import Process
from haneul.cli.machine.waiting import wait_until
from haneul.cli.trouble import TroubleError

_LIVES = 4
"""How often a daemon may be started until it answers."""


@dataclass(frozen=True)
class Part:
    """A daemon with its condition: `ready` holds once it does its work."""

    daemon: Daemon
    ready: Callable[[], bool]
    timeout_s: float = 30

    def start(self, keeper: Keeper, places: Places) -> bool:
        """Have it run and ready; True if it was not so before. Raises TroubleError with its last words."""
        changed = keeper.ensure(self.daemon)
        try:
            wait_until(self._ready_or_lost(keeper), self.timeout_s, f"{self.daemon.name} to answer")
        except TroubleError as trouble:
            raise TroubleError(f"{trouble} {last_words(places, self.daemon.name)}") from trouble
        return changed

    def _ready_or_lost(self, keeper: Keeper) -> Callable[[], bool]:
        """The condition; raises TroubleError once the daemon has ended so often that waiting is in vain."""
        seen: set[Process] = set()

        def look() -> bool:
            process = keeper.find(self.daemon.name)
            if process is not None:
                seen.add(process)
            if len(seen) > _LIVES:
                raise TroubleError(f"{self.daemon.name} ends again and again.")
            return self.ready()

        return look


def last_words(places: Places, name: str) -> str:
    """What a daemon wrote last, for the operator who has to know why it does not run."""
    path = places.log_of(name)
    if not path.exists():
        return f"It has written no log ({path})."
    lines = path.read_text(errors="replace").splitlines()[-8:]
    return f"The end of {path}:\n  " + "\n  ".join(lines or ["(empty)"])
