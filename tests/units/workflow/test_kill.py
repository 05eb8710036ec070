"""Real processes, really killed, one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from haneul.kit.clock import SystemClock
from haneul.kit.db import Database
from haneul.kit.workflow import Outcome, Runs

VICTIM = Path(__file__).with_name("victim.py")
COUNT = 60
KILLS = 40


def test_nothing_is_lost_by_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    world = tmp_path / "world"
    world.mkdir()
    command = [sys.executable, str(VICTIM), url, str(world), str(COUNT), str(KILLS)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(command, check=True, timeout=120, env=environment, stdout=subprocess.PIPE, text=True).stdout

    assert told.split() == ["killed"] * KILLS + ["ended"]
    db = Database(url)
    runs = [Runs(db, SystemClock()).history(f"s{number}")[0] for number in range(COUNT)]
    db.close()
    expected = [Outcome.FAILED if number % 3 == 0 else Outcome.DONE for number in range(COUNT)]
    assert [run.outcome for run in runs] == expected
    assert {run.error.code for run in runs if run.error} == {"victim.refused"}
    assert sum(step.interruptions for run in runs for step in run.steps) >= KILLS
    kept = {f"s{number}.{part}" for number in range(COUNT) if number % 3 for part in ("a", "b", "c", "done")}
    assert {file.name for file in world.iterdir() if not file.name.startswith("seen-")} == kept
