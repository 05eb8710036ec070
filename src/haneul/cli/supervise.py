"""`haneul supervise`: one small process that keeps the daemons of a cloud running where there is no systemd.

What is to run stands in files (`<state>/run/wanted/*.json`), which process each one is in others
(`<state>/run/*.pid`), so a supervisor that was killed and started again takes up what its forerunner left: it
watches processes that are not its children just as well. SIGHUP makes it look at the files again.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from haneul.cli.machine import processes
from haneul.cli.machine.daemons import Daemon, Places
from haneul.cli.machine.processes import Process

_SET_CHILD_SUBREAPER = 36
"""prctl(2), by its number in linux/prctl.h."""
_PATIENCE_S = 10.0
_GLANCE_S = 60.0
_LOG_LIMIT = 32 * 2**20
_SETTLED_S = 10.0
_PAUSES_S = (0.1, 0.3, 1.0, 2.0, 5.0, 10.0)


def run(args: argparse.Namespace) -> int:
    places = Places(args.state)
    places.make()
    lock = (places.run / "supervisor.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"haneul: another supervisor already looks after {args.state}", file=sys.stderr)
        return 1
    supervisor = Supervisor(places)
    processes.record(places.pid_of("supervisor"), processes.current())
    supervisor.run()
    places.pid_of("supervisor").unlink(missing_ok=True)
    return 0


@dataclass
class Ward:
    """A daemon in the supervisor's care."""

    daemon: Daemon
    process: Process | None = None
    pidfd: int = -1
    child: subprocess.Popen[bytes] | None = None
    """Kept so that its remains are taken away; None for a process that a forerunner started."""
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    kill_at: float | None = None
    """Set while it is being stopped."""


class Supervisor:
    """Makes the processes match the files, again and again."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._wards: dict[str, Ward] = {}
        self._leaving = False
        self._wake_in, self._wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wake_out, warn_on_full_buffer=False)
        for number in (signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda number, frame: None)
        _take_in_orphans()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)

    def run(self) -> None:
        """Until SIGTERM; the daemons run on, for the next supervisor to find."""
        while not self._leaving:
            self._reconcile()
            self._wait()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self._leaving = True

    def _reconcile(self) -> None:
        wanted = self._read_wanted()
        for name in [*wanted, *(name for name in self._wards if name not in wanted)]:
            ward = self._wards.get(name) or self._adopt(wanted[name])
            self._notice_end(ward)
            if ward.process is not None and wanted.get(name) != ward.daemon:
                self._stop(ward)
            elif ward.process is None and name in wanted:
                ward.daemon = wanted[name]
                if time.monotonic() >= ward.start_at:
                    self._start(ward)
            elif ward.process is None:
                del self._wards[name]
        self._bury()
        self._trim_logs()

    def _read_wanted(self) -> dict[str, Daemon]:
        found = {}
        for path in sorted(self._places.wanted.glob("*.json")):
            try:
                daemon = Daemon.from_json(path.read_text())
            except (OSError, ValueError, KeyError) as error:
                print(f"haneul supervise: {path} cannot be read ({error}); run `haneul up`", file=sys.stderr)
                continue
            found[daemon.name] = daemon
        return found

    def _adopt(self, daemon: Daemon) -> Ward:
        ward = Ward(daemon)
        self._wards[daemon.name] = ward
        process = processes.recorded(self._places.pid_of(daemon.name))
        if process is not None:
            self._watch(ward, process)
        return ward

    def _watch(self, ward: Ward, process: Process) -> None:
        try:
            ward.pidfd = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return
        ward.process = process
        ward.started_at = time.monotonic()

    def _start(self, ward: Ward) -> None:
        name = ward.daemon.name
        with self._places.log_of(name).open("ab") as log:
            try:
                ward.child = subprocess.Popen(
                    ward.daemon.argv,
                    env={**os.environ, **ward.daemon.env},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                log.write(f"haneul supervise: cannot start {name}: {error}\n".encode())
                self._postpone(ward)
                return
        process = processes.find_process(ward.child.pid)
        if process is None:
            self._postpone(ward)
            return
        processes.record(self._places.pid_of(name), process)
        self._watch(ward, process)

    def _stop(self, ward: Ward) -> None:
        assert ward.process is not None
        now = time.monotonic()
        if ward.kill_at is None:
            ward.kill_at = now + _PATIENCE_S
            ward.process.signal(signal.SIGTERM)
        elif now >= ward.kill_at:
            ward.kill_at = now + _PATIENCE_S
            ward.process.signal(signal.SIGKILL)

    def _notice_end(self, ward: Ward) -> None:
        if ward.child is not None:
            ward.child.poll()
        if ward.process is None or ward.process.alive:
            return
        os.close(ward.pidfd)
        self._places.pid_of(ward.daemon.name).unlink(missing_ok=True)
        was_stopped = ward.kill_at is not None
        ward.process, ward.pidfd, ward.child, ward.kill_at = None, -1, None, None
        if was_stopped:
            ward.start_at, ward.failures = 0.0, 0
            return
        print(f"haneul supervise: {ward.daemon.name} has ended; it is started again", file=sys.stderr)
        if time.monotonic() - ward.started_at > _SETTLED_S:
            ward.failures = 0
        self._postpone(ward)

    def _postpone(self, ward: Ward) -> None:
        pause_s = _PAUSES_S[min(ward.failures, len(_PAUSES_S) - 1)]
        ward.failures += 1
        ward.start_at = time.monotonic() + pause_s

    def _wait(self) -> None:
        now = time.monotonic()
        moments = [now + _GLANCE_S]
        poller = select.poll()
        poller.register(self._wake_in, select.POLLIN)
        for ward in self._wards.values():
            if ward.process is not None:
                poller.register(ward.pidfd, select.POLLIN)
                moments += [] if ward.kill_at is None else [ward.kill_at]
            else:
                moments.append(ward.start_at)
        poller.poll(max(0.0, min(moments) - now) * 1000 + 1)
        try:
            os.read(self._wake_in, 4096)
        except BlockingIOError:
            return

    def _bury(self) -> None:
        """Take away what is left of ended children, the daemons' orphans included."""
        children = {ward.child.pid: ward.child for ward in self._wards.values() if ward.child is not None}
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            if ended.si_pid in children:
                children[ended.si_pid].poll()
            else:
                os.waitpid(ended.si_pid, os.WNOHANG)

    def _trim_logs(self) -> None:
        """Keep one earlier generation of a log that has grown large; the writers append, so they carry on."""
        for name in self._wards:
            path = self._places.log_of(name)
            if path.exists() and path.stat().st_size > _LOG_LIMIT:
                _copy_and_truncate(path)


def _take_in_orphans() -> None:
    """Be the parent of every process that a daemon leaves behind, such as the emulators of libvirt's guests.

    Otherwise that is the machine's first process, which in a container seldom takes away what is left of them:
    libvirt then waits 40 seconds for every guest that it ends, and believes that it still runs.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _copy_and_truncate(path: Path) -> None:
    with path.open("rb+") as log, path.with_suffix(".log.1").open("wb") as earlier:
        while piece := log.read(2**20):
            earlier.write(piece)
        log.truncate(0)
