"""Power cuts and failures at every moment of a scenario, generated from watching it once.

A scenario begins some work in a fresh world. It is watched once; then it is done again for every moment seen, and
something happens there: the power is cut and comes back, or the step is refused, unavailable for a while, or
broken by a bug. What a refusal sets in motion, the unwinding, is watched and disturbed in the same way. However it
ends, nothing may be left over and no run unfinished. What a scenario builds may be the same world again: `prepare`
then has to clear it.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from haneul.kit.clock import SteppedClock
from haneul.kit.errors import NoCapacity, Unavailable
from haneul.kit.workflow import Engine, Moment, Observer, Point, RunId, Runs

EVERY = int(os.environ.get("HANEUL_DRILL_EVERY", "7"))
"""Of the disturbances on the way back, every so-manieth is tried; 1 tries all."""
_LONGEST_S = 24 * 3600.0
"""Of the world's time: after so long a run counts as stuck."""


class World(Protocol):
    """What a scenario takes place in."""

    @property
    def runs(self) -> Runs: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def clock(self) -> SteppedClock: ...
    def leftovers(self) -> Sequence[object]:
        """What belongs to nobody, or is half done, once all is quiet."""
        ...


W = TypeVar("W", bound=World)


@dataclass(frozen=True)
class Scenario(Generic[W]):
    """`start` begins the work, and may do beforehand what has to be there already, undisturbed."""

    name: str
    build: Callable[[], W]
    start: Callable[[W], None]
    prepare: Callable[[W], None] = lambda _world: None
    turn: Callable[[W], object] = lambda _world: None
    """Lets the world beyond the runs move on: called whenever time has passed."""
    restart: Callable[[W, Watcher], Engine] | None = None
    """Brings the process back after a power cut; without it, only another engine goes on with its parts."""


class PowerCut(BaseException):
    """The process ends here, as far as the run can tell."""


@dataclass(frozen=True)
class Blow:
    """Something that happens at the n-th moment that is worth counting."""

    at: int
    kind: str
    """cut, refused, unavailable or bug."""

    def strike(self, moment: Moment) -> None:
        where = f"{moment.point.value} {moment.step}"
        if self.kind == "cut":
            raise PowerCut(where)
        if self.kind == "refused":
            raise NoCapacity("drill.refused", f"A drill refuses {where}")
        if self.kind == "unavailable":
            raise Unavailable("drill.unavailable", f"A drill keeps {where} away")
        raise KeyError(f"a drill breaks {where}")


@dataclass
class Watcher:
    """Counts the moments and lets the blows fall."""

    blows: Sequence[Blow] = ()
    seen: list[Moment] = field(default_factory=list)

    def __call__(self, moment: Moment) -> None:
        number = len(self.seen)
        self.seen.append(moment)
        for blow in self.blows:
            if blow.at == number:
                blow.strike(moment)


@dataclass
class Trial(Generic[W]):
    """One way for a scenario to be disturbed."""

    scenario: Scenario[W]
    blows: tuple[Blow, ...]
    title: str
    _seen: Sequence[Moment] = ()

    def seen(self) -> Sequence[Moment]:
        """Its moments; the trial is run for them unless it has been."""
        if not self._seen:
            self.run()
        return self._seen

    def run(self) -> None:
        """Do it; raises AssertionError when something is stuck or left over afterwards."""
        world = self.scenario.build()
        self.scenario.prepare(world)
        self._settle(world, world.engine)
        watcher = Watcher(self.blows)
        engine = another_engine(world, watcher)
        self.scenario.start(world)
        for _ in range(len(self.blows) + 1):
            try:
                self._settle(world, engine)
                break
            except PowerCut:
                engine = self._restart(world, watcher)
        stuck = [f"{run.kind} of {run.subject} at {run.step}" for run in world.runs.unfinished()]
        assert stuck == [], f"{self.title}: stuck: {stuck}"
        left = list(world.leftovers())
        assert left == [], f"{self.title}: left over: {left}"
        self._seen = watcher.seen

    def _restart(self, world: W, watcher: Watcher) -> Engine:
        if self.scenario.restart is not None:
            return self.scenario.restart(world, watcher)
        engine = another_engine(world, watcher)
        engine.recover()
        return engine

    def _settle(self, world: W, engine: Engine) -> None:
        settle(world, engine, lambda: self.scenario.turn(world))


def trials(scenario: Scenario[W]) -> Iterator[Trial[W]]:
    """Every disturbance of the scenario: on its way forwards, and on the way back from every refusal.

    What comes next is told by the trials before: those that have not been run by then are.
    """
    calm = Trial(scenario, (), f"{scenario.name}, undisturbed")
    yield calm
    for number, moment in _worth_it(calm.seen()):
        for kind in _kinds(moment):
            first = Blow(number, kind)
            trial = Trial(scenario, (first,), f"{scenario.name}, {_told(first, moment)}")
            yield trial
            if kind == "refused" and not moment.undoing:
                yield from _on_the_way_back(trial)


def sampled(scenario: Scenario[W]) -> Iterator[Trial[W]]:
    """All of those forwards, and of those on the way back every `EVERY`-th: they are many, and much like each other."""
    on_the_way_back = 0
    for trial in trials(scenario):
        on_the_way_back += len(trial.blows) == 2
        if len(trial.blows) < 2 or on_the_way_back % EVERY == 0:
            yield trial


def _on_the_way_back(refused: Trial[W]) -> Iterator[Trial[W]]:
    """The unwinding after its blow, disturbed at each of its moments."""
    (first,) = refused.blows
    for number, moment in itertools.dropwhile(lambda each: each[0] <= first.at, _worth_it(refused.seen())):
        for kind in _kinds(moment):
            second = Blow(number, kind)
            title = f"{refused.title}, then {_told(second, moment)}"
            yield Trial(refused.scenario, (first, second), title)


def _worth_it(seen: Sequence[Moment]) -> Iterator[tuple[int, Moment]]:
    """The moments with their numbers; of those that repeat, the looks of a wait, the first and the second."""
    counts: Counter[Moment] = Counter()
    for number, moment in enumerate(seen):
        key = replace(moment, run=RunId(""))
        counts[key] += 1
        if counts[key] <= 2:
            yield number, moment


def _kinds(moment: Moment) -> tuple[str, ...]:
    if moment.point in (Point.BEFORE_COMMIT, Point.AFTER_COMMIT):
        return ("cut",)
    if moment.undoing:
        return ("cut", "unavailable", "bug")
    return ("cut", "refused", "unavailable", "bug")


def _told(blow: Blow, moment: Moment) -> str:
    undoing = " (undoing)" if moment.undoing else ""
    return f"{blow.kind} {moment.point.value.replace('_', ' ')} {moment.step}{undoing}"


def another_engine(world: World, observer: Observer) -> Engine:
    """As another process would have it, over the same world."""
    engine = Engine(world.runs, observer=observer)
    for known in world.engine.registrations:
        engine.register(known.fn, known.parts)
    return engine


def settle(
    world: World, engine: Engine, turn: Callable[[], object] = lambda: None, longest_s: float = _LONGEST_S
) -> None:
    """Work, and let time pass when nothing is due, until no run is left or time is up."""
    passed_s = 0.0
    engine.run_due()
    while (due := engine.next_due()) is not None and passed_s < longest_s:
        step_s = max(0.001, (due - world.clock.now()).total_seconds())
        passed_s += step_s
        world.clock.move(step_s)
        turn()
        engine.run_due()
