"""A run says in words what it does, what it waits for and what comes next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.kit.errors import NoCapacity, NotFound, Unavailable
from haneul.kit.workflow import RunId, RunState, RunView, explained

from .toy import JarId, Toy, throw_away


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    yield toy
    toy.db.close()


def newest(toy: Toy) -> RunView:
    run = toy.runs.find(toy.runs.page(limit=1)[0].id)
    assert run is not None
    return run


def told(toy: Toy) -> str:
    return explained(newest(toy), toy.clock.now())


def test_a_wait_tells_for_how_long(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()

    assert "It waits until jar_is_ready holds, for 60 s more" in told(toy)


def test_a_step_that_fails_tells_why_and_when_it_is_tried_again(toy: Toy) -> None:
    def trouble(step: str) -> None:
        if step == "fit_lid":
            raise Unavailable("lids.away", "The lids are away: ask again")

    toy.kitchen.trouble = trouble
    toy.place("jam")
    toy.engine.run_due()
    toy.clock.move(30)
    toy.engine.run_due()

    assert "The lids are away: ask again (lids.away)" in told(toy)
    assert f"`haneul runs retry {newest(toy).id}`" in told(toy)


def test_a_run_that_is_hurried_goes_on_at_once(toy: Toy) -> None:
    toy.place("jam", ready=False)
    toy.engine.run_due()
    toy.kitchen.ready.add(JarId("jam"))
    assert toy.engine.run_due() == 0

    assert toy.runs.retry(newest(toy).id)

    assert toy.engine.run_due() == 1
    assert toy.kitchen.states == {"jam": "standing"}
    assert not toy.runs.retry(newest(toy).id)


def test_an_end_tells_how_and_why(toy: Toy) -> None:
    def trouble(step: str) -> None:
        if step == "fit_lid":
            raise NoCapacity("lids.none", "Buy lids")

    toy.kitchen.trouble = trouble
    toy.place("jam")
    toy.settle()

    assert "ended as failed" in told(toy)
    assert "Buy lids (lids.none)" in told(toy)


def test_what_follows_another_says_so(toy: Toy) -> None:
    jar = toy.place("jam", ready=False)
    toy.engine.run_due()
    first = newest(toy).id
    toy.runs.supersede(throw_away, "jam", jar)

    assert f"waits for the run {first}" in told(toy)


def test_pages_go_on_after_a_run(toy: Toy) -> None:
    for jar in ("a", "b", "c"):
        toy.place(jar)

    first = toy.runs.page(limit=2)
    rest = toy.runs.page(limit=2, marker=first[-1].id)

    assert [run.subject for run in first + rest] == ["c", "b", "a"]
    assert toy.runs.page(state=RunState.ENDED) == []
    with pytest.raises(NotFound):
        toy.runs.page(marker=RunId("nobody"))
