"""What a run does when nothing and when everything goes wrong."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from haneul.kit import log
from haneul.kit.errors import Conflict, NoCapacity, Unavailable
from haneul.kit.workflow import Fence, Moment, Outcome, Point, Run, RunState, workflow

from .toy import JarId, Toy, place_jar, throw_away


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    yield toy
    toy.db.close()


def fails(step: str, error: Exception, times: int = 1000) -> Callable[[str], None]:
    left = [times]

    def trouble(at: str) -> None:
        if at == step and left[0] > 0:
            left[0] -= 1
            raise error

    return trouble


def test_steps_are_done_in_order_and_once(toy: Toy) -> None:
    toy.place("jam")

    assert toy.engine.run_due() == 1
    assert toy.kitchen.begun == ["reserve_shelf", "fit_lid", "fit_lid", "jar_is_ready", "mark_standing"]
    assert toy.kitchen.states == {"jam": "standing"}
    assert toy.runs.current("jam") is None


def test_the_journal_tells_what_was_done(toy: Toy) -> None:
    toy.place("jam")
    toy.settle()

    [run] = toy.runs.history("jam")
    assert run.kind == "place_jar" and run.outcome is Outcome.DONE
    assert [step.name for step in run.steps] == [
        "reserve_shelf", "fit_lid", "fit_lid#2", "jar_is_ready", "mark_standing",
    ]  # fmt: skip
    assert all(step.finished_at and step.tries == 1 for step in run.steps)


def test_a_run_appears_with_its_row_or_not_at_all(toy: Toy) -> None:
    with pytest.raises(ZeroDivisionError), toy.db.write():
        toy.runs.submit(place_jar, "jam", JarId("jam"), 1)
        raise ZeroDivisionError

    assert toy.runs.unfinished() == []
    assert toy.engine.run_due() == 0


def test_a_subject_has_one_run_at_a_time(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()

    with pytest.raises(Conflict) as refused:
        toy.runs.submit(throw_away, "jam", JarId("jam"))

    assert refused.value.code == "run.busy"
    assert "place_jar is at jar_is_ready" in refused.value.message


def test_a_refusal_unwinds_backwards_and_is_told(toy: Toy) -> None:
    toy.kitchen.trouble = fails("mark_standing", NoCapacity("kitchen.full", "Buy a bigger kitchen"))
    toy.place("jam")
    toy.settle()

    assert toy.kitchen.begun[-4:] == ["remove_lid", "remove_lid", "free_shelf", "mark_broken"]
    assert [fault.code for fault in toy.kitchen.faults] == ["kitchen.full"]
    assert toy.kitchen.leftovers() == []
    [run] = toy.runs.history("jam")
    assert run.outcome is Outcome.FAILED and run.error and run.error.message == "Buy a bigger kitchen"


def test_a_step_that_failed_half_way_is_undone_too(toy: Toy) -> None:
    def trouble(step: str) -> None:
        if step == "fit_lid":
            toy.kitchen.lids.add("jam/1")
            raise NoCapacity("lids.none", "No lid fits")

    toy.kitchen.trouble = trouble
    toy.place("jam")
    toy.settle()

    assert toy.kitchen.leftovers() == []


def test_what_is_unavailable_is_tried_again_with_growing_pauses(toy: Toy) -> None:
    toy.kitchen.trouble = fails("fit_lid", Unavailable("hands.full", "Wait"), times=3)
    toy.place("jam")
    toy.settle(within_s=10)

    assert toy.kitchen.states == {"jam": "standing"}
    assert toy.runs.history("jam")[0].steps[1].tries == 4


def test_what_stays_unavailable_fails_in_the_end(toy: Toy) -> None:
    toy.kitchen.trouble = fails("fit_lid", Unavailable("hands.full", "Wait"))
    toy.place("jam")
    toy.settle()

    assert toy.kitchen.begun.count("fit_lid") == 5
    assert toy.kitchen.faults[0].code == "hands.full"
    assert toy.kitchen.leftovers() == []


def test_a_bug_is_tried_again_logged_once_and_called_internal(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.kitchen.trouble = fails("fit_lid", KeyError("oops"))
    toy.place("jam")
    toy.settle()

    assert toy.kitchen.faults[0].code == "internal"
    assert sum(record.exc_info is not None for record in caplog.records) == 1
    assert toy.kitchen.leftovers() == []


def test_undoing_is_tried_until_it_succeeds(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    def trouble(step: str) -> None:
        if step == "mark_standing":
            raise NoCapacity("kitchen.full", "Full")
        if step == "free_shelf" and toy.kitchen.begun.count("free_shelf") < 20:
            raise Unavailable("shelf.stuck", "Pull harder")

    toy.kitchen.trouble = trouble
    toy.place("jam")
    toy.settle()

    assert toy.kitchen.begun.count("free_shelf") == 20
    assert toy.kitchen.begun.count("remove_lid") == 2
    assert toy.kitchen.leftovers() == []
    assert any(record.levelname == "ERROR" and "free_shelf" in record.message for record in caplog.records)


def test_what_cannot_be_taken_back_is_trouble(toy: Toy) -> None:
    toy.kitchen.trouble = fails("free_shelf", Unavailable("shelf.stuck", "Pull harder"))
    toy.place("jam", lids=1, ready=False)
    toy.engine.run_due()
    toy.runs.cancel("jam")
    for _ in range(6):
        toy.engine.run_due()
        toy.clock.move(60)

    [trouble] = toy.runs.troubled()
    assert toy.runs.page(state=RunState.STUCK) == [trouble.run]
    assert (trouble.run.subject, trouble.step) == ("jam", "reserve_shelf")
    assert trouble.tries >= 5
    toy.kitchen.trouble = lambda _step: None
    toy.settle()
    assert toy.runs.troubled() == []


def test_a_wait_holds_nothing_and_ends_when_it_is_woken(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()
    assert toy.engine.run_due() == 0

    toy.kitchen.ready.add("jam")
    toy.runs.wake("jam")

    assert toy.engine.run_due() == 1
    assert toy.kitchen.states == {"jam": "standing"}


def test_a_wake_during_a_look_is_not_lost(toy: Toy) -> None:
    def trouble(step: str) -> None:
        if step == "jar_is_ready" and toy.kitchen.begun.count("jar_is_ready") == 1:
            toy.runs.wake("jam")

    toy.kitchen.trouble = trouble
    toy.place("jam", ready=False)

    assert toy.engine.run_due() == 2


def test_a_wait_keeps_its_deadline_across_restarts(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()
    toy.clock.move(59)
    toy.restart()
    toy.engine.run_due()
    assert toy.kitchen.states == {"jam": "placing"}

    toy.clock.move(1)
    toy.settle(within_s=1)

    assert toy.kitchen.faults[0].code == "run.deadline"
    assert toy.kitchen.leftovers() == []


def test_deleting_what_is_being_built_unwinds_first(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()

    toy.runs.supersede(throw_away, "jam", JarId("jam"))
    toy.settle(within_s=1)

    assert toy.kitchen.faults[0].code == "run.cancelled"
    assert toy.kitchen.states == {} and toy.kitchen.leftovers() == []
    assert [run.outcome for run in toy.runs.history("jam")] == [Outcome.CANCELLED, Outcome.DONE]


def test_a_run_may_be_cancelled_between_its_last_step_and_its_end(toy: Toy) -> None:
    def trouble(step: str) -> None:
        if step == "mark_standing":
            toy.runs.supersede(throw_away, "jam", JarId("jam"))

    toy.kitchen.trouble = trouble
    toy.place("jam")
    toy.settle(within_s=1)

    assert toy.kitchen.states == {} and toy.kitchen.leftovers() == []


def test_superseding_what_is_already_wanted_changes_nothing(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()

    first = toy.runs.supersede(throw_away, "jam", JarId("jam"))

    assert toy.runs.supersede(throw_away, "jam", JarId("jam")) == first
    assert len(toy.runs.unfinished()) == 2


def test_who_comes_last_wins(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()

    toy.runs.supersede(throw_away, "jam", JarId("jam"))
    toy.kitchen.ready.add("jam")
    toy.runs.supersede(place_jar, "jam", JarId("jam"), 1)
    toy.settle(within_s=1)

    assert toy.kitchen.states == {"jam": "standing"} and toy.kitchen.leftovers() == []
    outcomes = [(run.kind, run.outcome) for run in toy.runs.history("jam")]
    assert outcomes == [
        ("place_jar", Outcome.CANCELLED),
        ("throw_away", Outcome.CANCELLED),
        ("place_jar", Outcome.DONE),
    ]


def test_a_journal_that_cannot_be_written_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    def full_disk(moment: Moment) -> None:
        if moment.point is Point.BEFORE_COMMIT and moment.step == "fit_lid" and not failures:
            failures.append(moment)
            raise OSError("no space left on device")

    failures: list[Moment] = []
    toy = Toy(observer=full_disk)
    toy.place("jam", lids=1)
    toy.settle(within_s=31)

    assert failures
    assert toy.kitchen.states == {"jam": "standing"} and toy.kitchen.leftovers() == []
    assert any("could not be written" in record.message for record in caplog.records)


def test_superseding_nothing_begins_at_once(toy: Toy) -> None:
    toy.runs.supersede(throw_away, "jam", JarId("jam"))

    assert toy.engine.run_due() == 1


def test_steps_know_for_which_claim_they_work(toy: Toy) -> None:
    toy.place("jam")
    [run] = toy.runs.unfinished()
    toy.engine.run_due()

    assert set(toy.kitchen.fences) == {Fence(run.id, 1)}


def test_a_worker_that_lost_its_lease_changes_nothing(toy: Toy) -> None:
    def freeze(step: str) -> None:
        if step == "fit_lid" and toy.kitchen.begun.count("fit_lid") == 1:
            toy.clock.move(31)
            toy.kitchen.trouble = lambda _step: None
            contextvars.Context().run(toy.new_engine().run_due)

    toy.kitchen.trouble = freeze
    toy.place("jam")
    toy.engine.run_due()

    [run] = toy.runs.history("jam")
    assert toy.kitchen.begun.count("mark_standing") == 1
    assert [step.tries for step in run.steps] == [1, 2, 1, 1, 1]
    assert {fence.epoch for fence in toy.kitchen.fences if fence} == {1, 2}


def test_a_step_that_lost_its_lease_writes_nothing(toy: Toy) -> None:
    def freeze(step: str) -> None:
        if step == "fit_lid" and toy.kitchen.begun.count("fit_lid") == 1:
            toy.clock.move(31)
            other = toy.new_engine()
            with toy.db.write():
                toy.runs.submit(throw_away, "written in time", JarId("x"))
            toy.kitchen.trouble = lambda _step: None
            context.run(other.run_due)
            with toy.db.write():
                toy.runs.submit(throw_away, "written too late", JarId("x"))

    context = contextvars.Context()
    toy.kitchen.trouble = freeze
    toy.place("jam", lids=1)
    toy.engine.run_due()

    assert toy.kitchen.states == {"jam": "standing"}
    assert len(toy.runs.history("written in time")) == 1
    assert toy.runs.history("written too late") == []


def test_the_request_id_goes_with_the_run(toy: Toy) -> None:
    seen: list[str] = []
    toy.kitchen.trouble = lambda _step: seen.append(log.request_id.get())
    token = log.request_id.set("req-1")
    toy.place("jam", lids=0)
    log.request_id.reset(token)
    toy.settle()

    assert set(seen) == {"req-1"}


def test_a_bug_between_the_steps_unwinds_after_a_few_tries(toy: Toy) -> None:
    toy.engine.register(stumble, toy.kitchen)
    toy.runs.submit(stumble, "jam", JarId("jam"))
    toy.settle()

    assert toy.kitchen.begun.count("reserve_shelf") == 1
    assert toy.kitchen.faults[0].code == "internal"
    assert toy.kitchen.reserved == set()


@workflow
def stumble(run: Run, jar: JarId) -> None:
    from .toy import free_shelf, mark_broken, reserve_shelf

    run.on_failure(mark_broken, jar)
    shelf = run.step(reserve_shelf, jar, undo=free_shelf)
    assert shelf.name == "lower"


def test_old_runs_are_forgotten_and_unfinished_ones_are_not(toy: Toy) -> None:
    toy.place("jam")
    toy.settle()
    toy.place("tea", ready=False)
    toy.engine.run_due()
    toy.clock.move(86400 * 8)

    assert toy.runs.forget(older_than=timedelta(days=7)) == 1
    assert toy.runs.history("jam") == []
    assert len(toy.runs.history("tea")) == 1


def test_a_workflow_nobody_knows_is_kept_until_somebody_does(toy: Toy) -> None:
    toy.runs.submit(stumble, "jam", JarId("jam"))

    assert toy.engine.run_due() == 1
    assert toy.engine.run_due() == 0
    assert len(toy.runs.unfinished()) == 1
