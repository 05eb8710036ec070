"""Processes that are killed, one after the other, while they work on runs; the last one works until none is left.

Usage: victim.py DATABASE FOLDER COUNT KILLS. What the steps do to the world are files in the folder. Every life is a
process of its own, forked before anything is opened, and ends by SIGKILL at one of the first moments of its work: the
thread that meets it is cut off there, the others wherever they happen to be. How each ended is written, a line each.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from pathlib import Path

from haneul.kit.clock import SystemClock
from haneul.kit.db import Database
from haneul.kit.errors import NoCapacity
from haneul.kit.workflow import METADATA, Engine, Moment, Run, Runs, silent, workflow

_FIRST_MOMENTS = 24


@workflow
def build(run: Run, name: str, fails: bool) -> None:
    for part in ("a", "b", "c"):
        run.step(put, name, part, undo=take)
    run.wait(has_settled, name, deadline_s=30)
    if fails:
        run.step(refuse, name)
    run.step(finish, name)


def put(folder: Path, name: str, part: str) -> None:
    (folder / f"{name}.{part}").touch()


def take(folder: Path, name: str, part: str) -> None:
    (folder / f"{name}.{part}").unlink(missing_ok=True)


def has_settled(folder: Path, name: str) -> bool:
    """True at the second look."""
    mark = folder / f"seen-{name}"
    if mark.exists():
        return True
    mark.touch()
    return False


def refuse(folder: Path, name: str) -> None:
    raise NoCapacity("victim.refused", "This one fails")


def finish(folder: Path, name: str) -> None:
    (folder / f"{name}.done").touch()


class Fate:
    """Ends this process at the so-manieth moment of its work."""

    def __init__(self, at: int) -> None:
        self._left = at
        self._lock = threading.Lock()

    def __call__(self, _moment: Moment) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def live(url: str, folder: Path, count: int, fate: Fate | None) -> None:
    db = Database(url)
    METADATA.create_all(db.engine)
    runs = Runs(db, SystemClock())
    engine = Engine(runs, observer=fate or silent, owner="victim", lease_s=600)
    engine.register(build, folder)
    with db.write():
        if not runs.history("s0"):
            for number in range(count):
                runs.submit(build, f"s{number}", f"s{number}", number % 3 == 0)
    engine.start()
    while runs.unfinished():
        threading.Event().wait(0.05)
    engine.stop()
    db.close()


def main(url: str, folder: Path, count: int, kills: int) -> None:
    for kill in range(kills):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            live(url, folder, count, Fate(random.Random(kill).randint(1, _FIRST_MOMENTS)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else "ended\n")
    live(url, folder, count, None)
    sys.stdout.write("ended\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
