"""A process that is to be killed: it works on runs until none is left.

Usage: victim.py DATABASE FOLDER COUNT. What its steps do to the world are files in the folder.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from haneul.kit.clock import SystemClock
from haneul.kit.db import Database
from haneul.kit.errors import NoCapacity
from haneul.kit.workflow import METADATA, Engine, Run, Runs, workflow


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


def main(url: str, folder: Path, count: int) -> None:
    db = Database(url)
    METADATA.create_all(db.engine)
    runs = Runs(db, SystemClock())
    engine = Engine(runs, owner="victim", lease_s=600)
    engine.register(build, folder)
    with db.write():
        if not runs.history("s0"):
            for number in range(count):
                runs.submit(build, f"s{number}", f"s{number}", number % 3 == 0)
    engine.start()
    sys.stdout.write("at work\n")
    sys.stdout.flush()
    while runs.unfinished():
        threading.Event().wait(0.05)
    engine.stop()
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
