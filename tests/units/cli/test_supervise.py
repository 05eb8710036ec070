"""Daemons are kept running, told apart for good, and stopped when they are no longer wanted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from haneul.cli.machine import processes
from haneul.cli.machine.daemons import Daemon, Places
from haneul.cli.machine.processes import Process
from haneul.cli.machine.supervised import Supervised
from haneul.cli.machine.waiting import wait_until
from haneul.cli.trouble import TroubleError


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "state")
    places.make()
    return places


@pytest.fixture
def keeper(places: Places) -> Iterator[Supervised]:
    keeper = Supervised(places)
    yield keeper
    for name in keeper.names():
        keeper.stop(name)
    keeper.close()


def sleeper(name: str = "sleeper", seconds: int = 1000) -> Daemon:
    return Daemon(name, ("sleep", str(seconds)))


def running(keeper: Supervised, name: str = "sleeper", other_than: Process | None = None) -> Process:
    wait_until(lambda: keeper.find(name) not in (None, other_than), 10, f"{name} to run")
    process = keeper.find(name)
    assert process is not None
    return process


def test_a_daemon_is_started_once(keeper: Supervised):
    assert keeper.ensure(sleeper()) is True
    first = running(keeper)

    assert keeper.ensure(sleeper()) is False
    assert running(keeper) == first


def test_a_killed_daemon_is_back_within_two_seconds(keeper: Supervised):
    keeper.ensure(sleeper())
    first = running(keeper)

    first.signal(signal.SIGKILL)

    wait_until(lambda: keeper.find("sleeper") not in (None, first), 2, "the sleeper to be started again")


def test_a_stopped_daemon_stays_away(keeper: Supervised):
    keeper.ensure(sleeper())
    process = running(keeper)

    assert keeper.stop("sleeper") is True

    assert not process.alive
    assert keeper.names() == []
    assert keeper.stop("sleeper") is False


def test_nothing_is_left_of_what_a_daemon_leaves_behind(keeper: Supervised, tmp_path: Path):
    note = tmp_path / "orphan"
    script = f"(sh -c 'echo $$ > {note}; exec sleep 1' &); exec sleep 1000"
    keeper.ensure(Daemon("sleeper", ("sh", "-c", script)))
    wait_until(lambda: note.exists() and note.read_text().strip() != "", 10, "the orphan")
    orphan = Path("/proc", note.read_text().strip())

    wait_until(lambda: not orphan.exists(), 10, "its remains to be taken away")

    assert running(keeper).alive


def test_a_daemon_described_otherwise_is_started_anew(keeper: Supervised):
    keeper.ensure(sleeper(seconds=1000))
    first = running(keeper)

    assert keeper.ensure(sleeper(seconds=2000)) is True

    second = running(keeper, other_than=first)
    assert b"2000" in Path(f"/proc/{second.pid}/cmdline").read_bytes()


def test_a_new_supervisor_takes_up_what_its_forerunner_left(keeper: Supervised, places: Places):
    keeper.ensure(sleeper())
    first = running(keeper)
    supervisor = processes.recorded(places.pid_of("supervisor"))
    assert supervisor is not None
    supervisor.signal(signal.SIGKILL)
    wait_until(lambda: not supervisor.alive, 5, "the supervisor to end")

    assert keeper.ensure(sleeper()) is True

    assert running(keeper) == first
    first.signal(signal.SIGKILL)
    running(keeper, other_than=first)


def test_a_daemon_ends_also_while_no_supervisor_runs(keeper: Supervised, places: Places):
    keeper.ensure(sleeper())
    process = running(keeper)
    keeper.close()

    keeper.stop("sleeper")

    assert not process.alive


def test_a_program_that_is_missing_is_told_in_its_log(keeper: Supervised, places: Places):
    keeper.ensure(Daemon("ghost", ("/no/such/program",)))

    log = places.log_of("ghost")
    wait_until(lambda: log.exists() and "cannot start ghost" in log.read_text(), 5, "the log to tell")


def test_a_pid_given_to_somebody_else_is_never_signalled(tmp_path: Path):
    child = subprocess.Popen(["sleep", "1000"])
    somebody_else = Process(child.pid, started=1)

    somebody_else.signal(signal.SIGKILL)
    somebody_else.end()

    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_pidfile_of_an_earlier_boot_means_nothing(tmp_path: Path):
    own = processes.current()
    path = tmp_path / "own.pid"
    processes.record(path, own)
    assert processes.recorded(path) == own

    path.write_text(f"{own.pid} {own.started} another-boot\n")

    assert processes.recorded(path) is None


def test_waiting_in_vain_says_for_what():
    with pytest.raises(TroubleError, match="the moon"):
        wait_until(lambda: False, 0.1, "the moon")


def test_only_one_supervisor_looks_after_a_cloud(keeper: Supervised, places: Places):
    keeper.ensure(sleeper())
    argv = [sys.executable, "-m", "haneul", "supervise", "--state", str(places.state)]
    source = str(Path(processes.__file__).parents[3])

    second = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": source}, check=False)

    assert second.returncode == 1
    assert "already" in second.stderr
