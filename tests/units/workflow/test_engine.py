"""Runs on threads: begun at once, woken at once, given back at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from haneul.kit.clock import Clock, SteppedClock, SystemClock
from haneul.kit.errors import NoCapacity
from haneul.kit.workflow import METADATA, Engine, Fault, Outcome, Run, Runs, explained, workflow
from tests.databases import fresh


class Bench:
    """What the steps of these tests touch."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.done: list[str] = []
        self.open: set[str] = set()
        self.refused: list[str] = []
        self.hold = threading.Event()

    def note(self, what: str) -> None:
        with self.changed:
            self.done.append(what)
            self.changed.notify_all()

    def wait_for(self, count: int, within_s: float = 20.0) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.done) >= count, within_s)


@workflow
def work(run: Run, name: str) -> None:
    run.step(do, name)
    run.step(do, name)


@workflow
def pass_gate(run: Run, name: str) -> None:
    run.step(do, name)
    run.wait(gate_is_open, name)
    run.step(do, name)


@workflow
def hang_once(run: Run, name: str) -> None:
    run.step(hang, name, limit_s=0.05)
    run.step(do, name)


@workflow
def hang_always(run: Run, name: str) -> None:
    run.on_failure(tell, name)
    run.step(hang_each_time, name, undo=take_back, limit_s=0.05)


@workflow
def hang_on_the_way_back(run: Run, name: str) -> None:
    run.step(do, name, undo=hang_back, limit_s=0.05)
    run.step(refuse, name)


@workflow
def hang_while_looking(run: Run, name: str) -> None:
    run.on_failure(tell, name)
    run.wait(hang_each_time, name, limit_s=0.05, deadline_s=0.3)


@workflow
def slowly(run: Run, name: str) -> None:
    run.step(take_time, name)


@workflow
def hold_then_work(run: Run, name: str) -> None:
    run.step(hold, name)
    run.step(do, name)


def do(bench: Bench, name: str) -> None:
    bench.note(name)


def gate_is_open(bench: Bench, name: str) -> bool:
    if name not in bench.open:
        bench.refused.append(name)
    return name in bench.open


def hang(bench: Bench, name: str) -> None:
    first = "hung" not in bench.done
    bench.note("hung")
    if first:
        bench.hold.wait(30)


def hang_each_time(bench: Bench, name: str) -> bool:
    bench.note("hung")
    bench.hold.wait(30)
    return True


def take_back(bench: Bench, name: str) -> None:
    bench.note("taken back")


def hang_back(bench: Bench, name: str) -> None:
    hang(bench, name)


def refuse(bench: Bench, name: str) -> None:
    raise NoCapacity("bench.full", "Full")


def tell(bench: Bench, name: str, fault: Fault) -> None:
    bench.note(fault.code)


def take_time(bench: Bench, name: str) -> None:
    threading.Event().wait(1.5)
    bench.note("slow")


def hold(bench: Bench, name: str) -> None:
    bench.note("held")
    bench.hold.wait(30)


ALL = (
    work,
    pass_gate,
    hang_once,
    hang_always,
    hang_on_the_way_back,
    hang_while_looking,
    slowly,
    hold_then_work,
)


@pytest.fixture
def clock() -> Clock:
    return SystemClock()


@pytest.fixture
def runs(tmp_path: Path, clock: Clock) -> Iterator[Runs]:
    db = fresh(METADATA, url=f"sqlite:///{tmp_path}/runs.db")
    yield Runs(db, clock)
    db.close()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def start(runs: Runs, bench: Bench) -> Iterator[Callable[..., Engine]]:
    engines = []

    def start(**options: float) -> Engine:
        engine = Engine(runs, **options)  # type: ignore[arg-type]
        for fn in ALL:
            engine.register(fn, bench)
        engine.start()
        engines.append(engine)
        return engine

    yield start
    bench.hold.set()
    for engine in engines:
        assert engine.stop()


def until(true: Callable[[], bool], within_s: float = 20.0) -> bool:
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


def test_many_runs_are_all_done(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start()
    for number in range(50):
        runs.submit(work, f"s{number}", f"s{number}")

    assert bench.wait_for(100)
    assert sorted(bench.done) == sorted([f"s{number}" for number in range(50)] * 2)
    assert until(lambda: runs.unfinished() == [])


@pytest.mark.parametrize("clock", [SteppedClock()], ids=["time stands still"])
def test_a_wake_reaches_a_waiting_run_at_once(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    """Not because its time has come, which stands still, nor because the engine looks, which it seldom does here."""
    start(lease_s=9000.0, poll_s=3000.0)
    runs.submit(pass_gate, "s", "s")
    assert until(lambda: bench.refused == ["s"])

    bench.open.add("s")
    runs.wake("s")

    assert bench.wait_for(2)


def test_a_wait_nobody_wakes_looks_again_by_itself(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start()
    runs.submit(pass_gate, "s", "s")
    assert bench.wait_for(1)

    bench.open.add("s")

    assert bench.wait_for(2, within_s=5)


def test_waiting_runs_hold_no_threads(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start(threads=1)
    for number in range(10):
        runs.submit(pass_gate, f"g{number}", f"g{number}")
    runs.submit(work, "s", "s")

    assert until(lambda: bench.done.count("s") == 2)


def test_a_hung_step_is_tried_by_another_worker(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    """At once, however long its lease is."""
    start(threads=1, lease_s=9000.0, poll_s=0.05)
    runs.submit(hang_once, "s", "s")

    assert bench.wait_for(3)
    assert bench.done == ["hung", "hung", "s"]
    bench.hold.set()
    assert until(lambda: runs.unfinished() == [])
    step = runs.history("s")[0].steps[0]
    assert (step.tries, step.failures, step.interruptions, step.error) == (2, 1, 0, None)


def test_a_step_that_hangs_five_times_has_failed(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start(threads=1, lease_s=9000.0, poll_s=0.05)
    runs.submit(hang_always, "s", "s")

    assert until(lambda: runs.unfinished() == [])
    assert bench.done == ["hung"] * 5 + ["taken back", "run.hung"]
    [run] = runs.history("s")
    assert (run.steps[0].tries, run.steps[0].failures, run.steps[0].interruptions) == (5, 5, 0)
    assert "hang_each_time took longer than its limit of 0.05 s (run.hung)" in explained(run, runs.clock.now())


def test_an_undo_that_hangs_is_tried_again(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start(threads=1, lease_s=9000.0, poll_s=0.05)
    runs.submit(hang_on_the_way_back, "s", "s")

    assert until(lambda: runs.unfinished() == [])
    assert bench.done == ["s", "hung", "hung"]
    step = runs.history("s")[0].steps[0]
    assert (step.undo_tries, step.failures, step.error) == (1, 0, None)


def test_a_look_that_hangs_is_none(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start(threads=1, lease_s=9000.0, poll_s=0.05)
    runs.submit(hang_while_looking, "s", "s")

    assert until(lambda: runs.unfinished() == [])
    assert bench.done[-1] == "run.hung" and len(bench.done) > 2


def test_a_long_step_within_its_limit_keeps_its_lease(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    start(lease_s=0.3)
    runs.submit(slowly, "s", "s")

    assert until(lambda: runs.unfinished() == [])
    assert bench.done == ["slow"]


def test_stopping_gives_runs_back_between_steps(runs: Runs, bench: Bench, start: Callable[..., Engine]) -> None:
    engine = start(threads=1)
    runs.submit(hold_then_work, "s", "s")
    assert bench.wait_for(1)

    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    assert until(engine.is_stopping)
    bench.hold.set()
    stopping.join()

    assert bench.done == ["held"]
    second = Engine(runs)
    second.register(hold_then_work, bench)
    assert second.run_due() == 1
    assert bench.done == ["held", "s"]
    assert runs.history("s")[0].outcome is Outcome.DONE


def test_an_engine_refuses_what_is_no_workflow(runs: Runs, bench: Bench) -> None:
    with pytest.raises(TypeError, match="@workflow"):
        Engine(runs).register(do, bench)


class WrongClock(SteppedClock):
    """A clock that is put forward or back while time goes on as ever."""

    def put(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_clock_that_was_wrong_for_a_while_holds_nothing_up(is_started_anew: bool) -> None:
    clock, bench = WrongClock(), Bench()
    db = fresh(METADATA)
    runs = Runs(db, clock)
    engine = Engine(runs)
    engine.register(pass_gate, bench)
    clock.put(3600)
    runs.submit(pass_gate, "late", "late")
    engine.run_due()
    bench.open.add("late")

    if is_started_anew:
        clock.put(-3600)
        engine = Engine(runs)
        engine.register(pass_gate, bench)
        engine.recover()
    else:
        engine.mind_the_clock()
        clock.put(-3600)
        engine.mind_the_clock()
    engine.run_due()

    assert runs.unfinished() == [] and bench.done == ["late", "late"]
    db.close()
