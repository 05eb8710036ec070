"""Loops that mend: regular, isolated, and quick to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from haneul.kit.upkeep import Loop, Scheduler


def counting(at_least: int) -> tuple[Callable[[], None], threading.Event]:
    """A function to call, and the event that it was called so often."""
    calls: list[None] = []
    enough = threading.Event()

    def call() -> None:
        calls.append(None)
        if len(calls) >= at_least:
            enough.set()

    return call, enough


def fail() -> None:
    raise KeyError("broken")


def test_a_loop_runs_again_and_again() -> None:
    call, enough = counting(3)
    scheduler = Scheduler([Loop("mend", 0.01, call)])
    scheduler.start()

    assert enough.wait(10)
    assert scheduler.stop()


def test_a_broken_loop_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    call, enough = counting(5)
    scheduler = Scheduler([Loop("broken", 0.005, fail), Loop("mend", 0.01, call)])
    scheduler.start()

    assert enough.wait(10)
    assert scheduler.stop()
    broken, mend = scheduler.reports()
    assert broken.failures > 0 and "KeyError" in broken.error
    assert mend.failures == 0 and mend.last_run_at is not None
    assert any("broken failed" in record.message for record in caplog.records)


def test_a_loop_that_hangs_holds_up_no_other() -> None:
    release = threading.Event()
    call, enough = counting(2)
    scheduler = Scheduler([Loop("stuck", 0.001, lambda: release.wait(30)), Loop("mend", 0.01, call)])
    scheduler.start()

    assert enough.wait(10)
    assert not scheduler.stop(grace_s=0.01)
    release.set()
    assert scheduler.stop()


def test_a_loop_can_be_run_at_once_on_the_callers_thread() -> None:
    call, enough = counting(1)
    scheduler = Scheduler([Loop("mend", 3600, call), Loop("broken", 3600, fail)])

    scheduler.run_once("mend")

    assert enough.is_set()
    with pytest.raises(KeyError):
        scheduler.run_once("broken")


def test_a_loop_can_be_hurried() -> None:
    call, enough = counting(1)
    scheduler = Scheduler([Loop("mend", 3600, call)])
    scheduler.start()

    scheduler.hurry("mend")

    assert enough.wait(10)
    assert scheduler.stop()


def test_two_loops_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two loops named mend"):
        Scheduler([Loop("mend", 1, fail), Loop("mend", 2, fail)])
