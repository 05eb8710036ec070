"""A kill is no failure: what is interrupted is tried again, and only failures use up a step's tries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from haneul.kit.errors import NoCapacity, Unavailable
from haneul.kit.workflow import Fault, Outcome, RunState, RunView, StepView, explained
from haneul.kit.workflow.forwards import MOST_INTERRUPTIONS
from haneul.kit.workflow.journal import Attempt, Journal
from haneul.kit.workflow.leave import LeaseLost
from haneul.kit.workflow.model import StepRow

from .toy import JarId, Toy, place_jar


class Death(BaseException):
    """The process ends in the midst of a step."""


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    yield toy
    toy.db.close()


def live_and_die(toy: Toy, within_s: float = 3600.0) -> int:
    """Go on after each death until no run is left; how many deaths there were."""
    deaths = 0
    while True:
        try:
            toy.settle(within_s)
            return deaths
        except Death:
            deaths += 1
            toy.restart()


def ends(step: str, blows: list[BaseException]) -> Callable[[str], None]:
    """That step is struck by these, one at each try; further tries go well."""
    left = list(blows)

    def trouble(at: str) -> None:
        if at == step and left:
            raise left.pop(0)

    return trouble


def kills_always(step: str, at: list[datetime], toy: Toy) -> Callable[[str], None]:
    """That step ends its process each time, which is noted in `at`."""

    def trouble(begun: str) -> None:
        if begun == step:
            at.append(toy.clock.now())
            raise Death

    return trouble


def the_run(toy: Toy, subject: str = "jam") -> RunView:
    return toy.runs.history(subject)[0]


def line(toy: Toy, name: str) -> StepView:
    return next(step for step in the_run(toy).steps if step.name == name)


def pauses_s(moments: list[datetime]) -> list[float]:
    return [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(moments)]


def test_a_step_killed_thirty_times_is_done_all_the_same(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", [Death()] * 30)
    toy.place("jam", lids=1)

    assert live_and_die(toy) == 30

    assert toy.kitchen.states == {"jam": "standing"} and toy.leftovers() == []
    step = line(toy, "fit_lid")
    assert (step.tries, step.failures, step.interruptions, step.error) == (31, 0, 30, None)
    assert [each.interruptions for each in the_run(toy).steps] == [0, 30, 0, 0]


def test_four_failures_among_many_kills_are_not_five(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", ([Death()] * 4 + [Unavailable("hands.full", "Wait")]) * 4)
    toy.place("jam", lids=1)

    assert live_and_die(toy) == 16

    step = line(toy, "fit_lid")
    assert the_run(toy).outcome is Outcome.DONE
    assert (step.tries, step.failures, step.interruptions) == (21, 4, 16)


def test_five_failures_among_many_kills_are_the_end(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", ([Death()] * 4 + [Unavailable("hands.full", "Wait")]) * 6)
    toy.place("jam", lids=1)

    assert live_and_die(toy) == 20

    assert [fault.code for fault in toy.kitchen.faults] == ["hands.full"]
    assert line(toy, "fit_lid").failures == 5
    assert toy.leftovers() == []


def test_the_first_three_interruptions_cost_no_time(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", [Death()] * 3)
    toy.place("jam", lids=1)

    assert live_and_die(toy, within_s=0.1) == 3

    assert the_run(toy).finished_at == line(toy, "fit_lid").started_at


def test_a_failure_between_them_ends_a_row_of_interruptions(toy: Toy) -> None:
    blows = [Death(), Death(), Death(), Unavailable("hands.full", "Wait"), Death(), Death(), Death()]
    toy.kitchen.trouble = ends("fit_lid", blows)
    toy.place("jam", lids=1)

    live_and_die(toy)

    ended = the_run(toy).finished_at
    assert ended is not None and ended - line(toy, "fit_lid").started_at <= timedelta(seconds=1)


def test_a_step_that_ends_its_process_is_tried_more_and_more_seldom_and_given_up(toy: Toy) -> None:
    at: list[datetime] = []
    toy.kitchen.trouble = kills_always("fit_lid", at, toy)
    toy.place("jam", lids=1)

    live_and_die(toy)

    assert len(at) == MOST_INTERRUPTIONS
    waited = pauses_s(at)
    assert waited[:3] == [0, 0, 0]
    assert 0.6 < waited[3] <= 1 < waited[4] <= 2 < waited[5] <= 4
    assert all(5 < pause <= 8 for pause in waited[6:])
    assert [fault.code for fault in toy.kitchen.faults] == ["run.abandoned"]
    assert the_run(toy).outcome is Outcome.FAILED and toy.leftovers() == []
    assert "fit_lid was interrupted 100 times" in explained(the_run(toy), toy.clock.now())


def test_others_get_ahead_of_a_step_that_ends_its_process(toy: Toy) -> None:
    at: list[datetime] = []
    kill = kills_always("fit_lid", at, toy)
    toy.kitchen.trouble = kill
    toy.place("poison", lids=1)
    for number in range(20):
        toy.place(f"jam{number}", lids=0)

    live_and_die(toy)

    ended = [toy.runs.history(f"jam{number}")[0] for number in range(20)]
    assert {run.outcome for run in ended} == {Outcome.DONE}
    assert {run.finished_at for run in ended} == {at[0]}


def test_a_step_under_way_tells_of_failures_and_interruptions(toy: Toy) -> None:
    blows = [Unavailable("hands.full", "Wait")] * 2 + [Death()] * 3
    toy.kitchen.trouble = ends("fit_lid", [*blows, Unavailable("hands.full", "Wait")])
    toy.place("jam", lids=1)
    for _ in range(6):
        try:
            toy.engine.run_due()
        except Death:
            toy.restart()
        toy.clock.move(4)

    said = explained(the_run(toy), toy.clock.now())
    assert "The step fit_lid failed 3 times, last because: Wait (hands.full)." in said
    assert "The step fit_lid was interrupted 3 times" in said


def test_a_dead_replicas_lease_that_ends_is_an_interruption(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", [Death()])
    toy.place("jam", lids=1)
    with pytest.raises(Death):
        toy.engine.run_due()

    other = toy.new_engine()
    assert other.run_due() == 0
    toy.clock.move(31)
    assert other.run_due() == 1

    assert (line(toy, "fit_lid").failures, line(toy, "fit_lid").interruptions) == (0, 1)


def test_a_wait_killed_at_each_look_backs_off_and_keeps_its_deadline(toy: Toy) -> None:
    at: list[datetime] = []
    toy.kitchen.trouble = kills_always("jar_is_ready", at, toy)
    toy.place("jam", lids=0)

    live_and_die(toy)

    assert 8 < len(at) < 30
    assert [fault.code for fault in toy.kitchen.faults] == ["run.deadline"]
    assert line(toy, "jar_is_ready").interruptions == len(at)


def test_looks_between_them_end_a_waits_row_of_interruptions(toy: Toy) -> None:
    """However long it waits and however often the process ends meanwhile."""

    def trouble(step: str) -> None:
        if step == "jar_is_ready" and toy.kitchen.begun.count(step) % 2 == 0:
            raise Death

    toy.kitchen.trouble = trouble
    toy.place("jam", lids=0, ready=False)
    for _ in range(21):
        try:
            toy.engine.run_due()
        except Death:
            toy.restart()
            assert toy.engine.run_due() == 1
        toy.clock.move(2)

    assert line(toy, "jar_is_ready").interruptions == 20
    toy.kitchen.ready.add("jam")
    live_and_die(toy)
    assert the_run(toy).outcome is Outcome.DONE


def test_an_undo_killed_again_and_again_is_tried_with_pauses_for_ever(toy: Toy) -> None:
    begun_at: list[datetime] = []

    def trouble(step: str) -> None:
        if step == "mark_standing":
            raise NoCapacity("kitchen.full", "Full")
        if step == "free_shelf":
            begun_at.append(toy.clock.now())
            if len(begun_at) < 150:
                raise Death

    toy.kitchen.trouble = trouble
    toy.place("jam", lids=1)

    assert live_and_die(toy) == 149

    assert the_run(toy).outcome is Outcome.FAILED and toy.leftovers() == []
    assert pauses_s(begun_at)[:3] == [0, 0, 0] and all(5 < pause <= 8 for pause in pauses_s(begun_at)[6:])
    assert line(toy, "reserve_shelf").interruptions == 149
    assert toy.kitchen.begun.count("remove_lid") == 1


def test_what_is_told_at_the_end_survives_kills_too(toy: Toy) -> None:
    toy.kitchen.trouble = ends("mark_broken", [Death()] * 12)
    toy.place("jam", lids=0, ready=False)

    assert live_and_die(toy) == 12

    assert toy.kitchen.states == {"jam": "broken"}
    assert line(toy, "on_failure.mark_broken").interruptions == 12


def test_what_is_interrupted_again_and_again_is_told_until_it_comes_to_an_end(toy: Toy) -> None:
    toy.kitchen.trouble = ends("fit_lid", [Death()] * 4)
    toy.place("jam", lids=1)
    told = []
    for _ in range(4):
        with pytest.raises(Death):
            toy.settle()
        toy.restart()
        told.append([(each.run.subject, each.step, each.in_a_row) for each in toy.runs.interrupted()])
    assert told == [[], [], [], [("jam", "fit_lid", 3)]]
    assert [run.subject for run in toy.runs.page(state=RunState.STUCK)] == ["jam"]

    toy.settle()

    assert toy.runs.interrupted() == []
    assert toy.runs.page(state=RunState.STUCK) == []


def test_a_run_that_is_given_back_is_not_interrupted(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()
    toy.restart()
    toy.kitchen.ready.add("jam")
    toy.settle()

    assert [step.interruptions for step in the_run(toy).steps] == [0, 0, 0, 0, 0]


@pytest.fixture
def journal(toy: Toy) -> Journal:
    toy.runs.submit(place_jar, "jam", JarId("jam"), 1)
    return Journal(toy.db, "somebody", timedelta(seconds=30))


def begin(toy: Toy, journal: Journal) -> Attempt:
    claim = journal.claim(toy.clock.now())
    assert claim is not None
    row = StepRow("fit_lid", 0, toy.clock.now(), tries=1)
    journal.write(claim, toy.clock.now(), [row], "fit_lid")
    return Attempt(claim, row, 120.0, undoing=False)


def test_who_hangs_is_fenced_off_and_its_step_has_failed(toy: Toy, journal: Journal) -> None:
    attempt = begin(toy, journal)

    journal.hung(attempt, toy.clock.now())

    with pytest.raises(LeaseLost):
        journal.write(attempt.claim, toy.clock.now(), [replace(attempt.row, result="1")], "fit_lid")
    [row] = journal.steps(attempt.claim.id)
    assert (row.tries, row.failures, row.interruptions) == (1, 1, 0)
    assert row.error == Fault("run.hung", "fit_lid took longer than its limit of 120 s")
    again = journal.claim(toy.clock.now())
    assert again is not None and not again.interrupted and again.epoch > attempt.claim.epoch + 1


def test_who_has_moved_on_meanwhile_does_not_hang(toy: Toy, journal: Journal) -> None:
    attempt = begin(toy, journal)
    done = replace(attempt.row, finished_at=toy.clock.now(), result="null")
    following = StepRow("mark_standing", 1, toy.clock.now(), tries=1)
    journal.write(attempt.claim, toy.clock.now(), [done, following], "mark_standing")

    with pytest.raises(LeaseLost):
        journal.hung(attempt, toy.clock.now())

    assert journal.steps(attempt.claim.id) == [done, following]
    assert not journal.write(attempt.claim, toy.clock.now(), [following], "mark_standing")
