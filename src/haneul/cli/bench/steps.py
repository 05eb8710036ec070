"""What a durable step costs beside its own work: the engine alone, on an SQLite database of its own."""

from __future__ import annotations

import time
from pathlib import Path

from haneul.cli.bench.figures import Figure
from haneul.cli.bench.requests import must
from haneul.kit.clock import SystemClock
from haneul.kit.db import Database
from haneul.kit.workflow import METADATA, Engine, Run, Runs, workflow

_STEPS, _RUNS = 10, 30


@workflow
def stroll(run: Run, name: str) -> None:
    for number in range(_STEPS):
        run.step(walk, name, number)


def walk(taken: list[str], name: str, number: int) -> None:
    taken.append(f"{name}.{number}")


def measure_steps(folder: Path) -> list[Figure]:
    """CPU time of runs whose steps do next to nothing, by the step: claims and ends are in it."""
    db, taken = Database(f"sqlite:///{folder / 'steps.db'}"), list[str]()
    METADATA.create_all(db.engine)
    runs = Runs(db, SystemClock())
    engine = Engine(runs)
    engine.register(stroll, taken)
    for number in range(_RUNS):
        runs.submit(stroll, f"stroll-{number}", f"stroll-{number}")
    before = time.process_time()
    engine.run_due()
    cpu_ms = (time.process_time() - before) * 1000
    db.close()
    must(len(set(taken)) == _STEPS * _RUNS and not runs.unfinished())
    return [Figure("a durable step beside its own work, CPU", cpu_ms / (_STEPS * _RUNS), "ms", 1)]
