"""Daemons kept by Haneul's own supervisor."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from haneul.cli.machine import processes
from haneul.cli.machine.daemons import Daemon, Places
from haneul.cli.machine.processes import Process
from haneul.cli.machine.tools import ENVIRONMENT, haneul_argv
from haneul.cli.machine.waiting import wait_until


class Supervised:
    """The Keeper of machines without systemd, and of users without root."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def ensure(self, daemon: Daemon) -> bool:
        path = self._file(daemon.name)
        text = daemon.to_json()
        is_new = not path.exists() or path.read_text() != text
        before = self.find(daemon.name)
        if is_new:
            draft = path.with_suffix(".draft")
            draft.write_text(text)
            draft.replace(path)
        is_kept = self._supervisor() is not None
        if not is_kept:
            self._start_supervisor()
        elif is_new:
            self._wake()
        if is_new and before:
            wait_until(lambda: not before.alive, 25, f"the earlier {daemon.name} to end")
        return is_new or before is None or not is_kept

    def stop(self, name: str) -> bool:
        path = self._file(name)
        was_wanted = path.exists()
        path.unlink(missing_ok=True)
        process = self.find(name)
        if process is None:
            return was_wanted
        if self._supervisor():
            self._wake()
            wait_until(lambda: not process.alive, 25, f"{name} to end")
        else:
            process.end()
        self._places.pid_of(name).unlink(missing_ok=True)
        return True

    def find(self, name: str) -> Process | None:
        return processes.recorded(self._places.pid_of(name))

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._places.wanted.glob("*.json"))

    def at_boot(self, name: str, argv: tuple[str, ...]) -> bool:
        """Nothing is started at boot here: `haneul up` does it all."""
        return False

    def close(self) -> None:
        supervisor = self._supervisor()
        if supervisor:
            supervisor.end()

    def _file(self, name: str) -> Path:
        return self._places.wanted / f"{name}.json"

    def _supervisor(self) -> Process | None:
        return processes.recorded(self._places.pid_of("supervisor"))

    def _wake(self) -> None:
        supervisor = self._supervisor()
        if supervisor:
            supervisor.signal(signal.SIGHUP)

    def _start_supervisor(self) -> None:
        with self._places.log_of("supervisor").open("ab") as log:
            subprocess.Popen(
                haneul_argv("supervise", "--state", str(self._places.state)),
                env={"HOME": "/", "LANG": "C.UTF-8", **ENVIRONMENT},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self._supervisor() is not None, 20, "the supervisor to start")
