"""Processes, told apart for good: a pid that the kernel has given to somebody else is never signalled."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from haneul.cli.trouble import TroubleError

_STARTED = 19
"""Place of the start time among the fields after the command's name in /proc/PID/stat (proc(5), field 22)."""


@dataclass(frozen=True)
class Process:
    """One process of this boot: its pid and when it began, in clock ticks since the boot."""

    pid: int
    started: int

    @property
    def alive(self) -> bool:
        return find_process(self.pid) == self

    @property
    def since(self) -> float:
        """When it began, in seconds since 1970."""
        uptime_s = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - uptime_s + self.started / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mib(self) -> float:
        """How much of the machine's memory it holds (resident)."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive:
                signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)

    def end(self, patience_s: float = 10.0) -> None:
        """Ask it to end, insist after `patience_s`, and return once it is gone."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.signal(number)
            until = time.monotonic() + patience_s
            while time.monotonic() < until:
                if not self.alive:
                    return
                time.sleep(0.02)
        raise TroubleError(f"Process {self.pid} does not end, not even by SIGKILL: look at it with `ps`.")


def find_process(pid: int) -> Process | None:
    """The process that has this pid now; None if there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[_STARTED]))


def current() -> Process:
    """This very process."""
    process = find_process(os.getpid())
    assert process is not None, "/proc shows other processes than ours: is it mounted for this pid namespace?"
    return process


def record(path: Path, process: Process) -> None:
    """Note in `path` which process this is."""
    draft = path.with_suffix(".draft")
    draft.write_text(f"{process.pid} {process.started} {_boot()}\n")
    draft.replace(path)


def recorded(path: Path) -> Process | None:
    """The process noted in `path`, if it still runs in this boot."""
    try:
        words = path.read_text().split()
    except FileNotFoundError:
        return None
    if len(words) != 3 or words[2] != _boot():
        return None
    process = Process(int(words[0]), int(words[1]))
    return process if process.alive else None


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
