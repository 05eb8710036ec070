"""A real process, really killed, again and again."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from haneul.kit.clock import SystemClock
from haneul.kit.db import Database
from haneul.kit.workflow import Outcome, Runs

VICTIM = Path(__file__).with_name("victim.py")
COUNT = 60
KILLS = 8


def test_nothing_is_lost_by_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    world = tmp_path / "world"
    world.mkdir()
    command = [sys.executable, str(VICTIM), url, str(world), str(COUNT)]
    for kill in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"at work\n"
            try:
                victim.wait(random.Random(kill).uniform(0.005, 0.1))
            except subprocess.TimeoutExpired:
                victim.kill()

    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)

    db = Database(url)
    outcomes = [Runs(db, SystemClock()).history(f"s{number}")[0].outcome for number in range(COUNT)]
    db.close()
    expected = [Outcome.FAILED if number % 3 == 0 else Outcome.DONE for number in range(COUNT)]
    assert outcomes == expected
    kept = {f"s{number}.{part}" for number in range(COUNT) if number % 3 for part in ("a", "b", "c", "done")}
    assert {file.name for file in world.iterdir() if not file.name.startswith("seen-")} == kept
