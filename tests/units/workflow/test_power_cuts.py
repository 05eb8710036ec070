"""The toy cloud, disturbed at every moment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haneul.kit.workflow import Moment, Outcome
from tests.faults.drill import Blow, Scenario, Trial, trials

from .toy import JarId, Toy, throw_away


def place(toy: Toy) -> None:
    toy.place("jam", lids=1)


def place_in_vain(toy: Toy) -> None:
    toy.place("jam", lids=1, ready=False)


def throw(toy: Toy) -> None:
    toy.runs.supersede(throw_away, "jam", JarId("jam"))


def place_and_throw(toy: Toy) -> None:
    place_in_vain(toy)
    toy.engine.run_due()
    throw(toy)


SCENARIOS = (
    Scenario("placing", Toy, place),
    Scenario("placing in vain", Toy, place_in_vain),
    Scenario("throwing away", Toy, throw, prepare=place),
    Scenario("throwing away what is being placed", Toy, place_and_throw),
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_stuck_or_left_over(scenario: Scenario[Toy]) -> None:
    count = 0
    for trial in trials(scenario):
        trial.run()
        count += 1

    assert count > 20


def test_what_is_done_is_not_done_again() -> None:
    """A cut repeats at most the step in which it fell."""
    for trial in trials(SCENARIOS[0]):
        if len(trial.blows) == 1 and trial.blows[0].kind == "cut":
            seen = trial.seen()
            begun = [moment.step for moment in seen if moment.point.value == "before_step"]
            assert len(begun) <= len(set(begun)) + 1, trial.title


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["cut", "unavailable", "bug", "refused"])), max_size=6))
def test_any_series_of_blows_ends_well(blows: list[tuple[int, str]]) -> None:
    chosen = tuple(Blow(at, kind) for at, kind in dict(blows).items())
    for scenario in SCENARIOS[:2]:
        Trial(scenario, chosen, f"{scenario.name} under {chosen}").run()


def test_an_undisturbed_run_is_seen_moment_by_moment() -> None:
    seen: list[Moment] = []
    toy = Toy(observer=seen.append)
    toy.place("jam", lids=0)
    toy.settle()

    points = [(moment.point.value, moment.step) for moment in seen]
    assert points[:4] == [
        ("before_commit", "reserve_shelf"),
        ("after_commit", "reserve_shelf"),
        ("before_step", "reserve_shelf"),
        ("after_step", "reserve_shelf"),
    ]
    assert points[-2:] == [("before_commit", "mark_standing"), ("after_commit", "mark_standing")]
    assert toy.runs.history("jam")[0].outcome is Outcome.DONE
