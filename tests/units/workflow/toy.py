"""A toy cloud to try workflows on: shelves on which jars are put."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NewType

from haneul.kit.clock import SteppedClock
from haneul.kit.workflow import METADATA, Engine, Fault, Fence, Observer, Run, Runs, current_fence, silent, workflow
from tests.databases import fresh

JarId = NewType("JarId", str)


@dataclass(frozen=True)
class Shelf:
    name: str
    levels: tuple[int, ...]


@dataclass
class Kitchen:
    """The world: what is in it, and what befalls whoever works in it."""

    states: dict[str, str] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    lids: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)
    begun: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fences: list[Fence | None] = field(default_factory=list)
    trouble: Callable[[str], None] = lambda _step: None

    def enter(self, step: str) -> None:
        self.begun.append(step)
        self.fences.append(current_fence())
        self.trouble(step)

    def leftovers(self) -> list[str]:
        """What belongs to no standing jar, and jars that stand without what they need."""
        standing = {jar for jar, state in self.states.items() if state == "standing"}
        owners = {jar for jar, state in self.states.items() if state in ("standing", "stuck")}
        stray = [f"shelf for {jar}" for jar in self.reserved - owners]
        stray += [f"lid of {jar}" for jar in {lid.split("/")[0] for lid in self.lids} - owners]
        bare = [f"{jar} has no shelf" for jar in standing - self.reserved]
        halfway = [
            f"{jar} is {state}" for jar, state in self.states.items() if state not in ("standing", "broken", "stuck")
        ]
        return stray + bare + halfway


@workflow
def place_jar(run: Run, jar: JarId, lids: int) -> None:
    run.on_failure(mark_broken, jar)
    shelf = run.step(reserve_shelf, jar, undo=free_shelf)
    for level in shelf.levels[:lids]:
        run.step(fit_lid, jar, level, undo=remove_lid)
    run.wait(jar_is_ready, jar, deadline_s=60)
    run.step(mark_standing, jar)


def mark_broken(kitchen: Kitchen, jar: JarId, fault: Fault) -> None:
    kitchen.enter("mark_broken")
    kitchen.states[jar] = "broken"
    kitchen.faults.append(fault)


def reserve_shelf(kitchen: Kitchen, jar: JarId) -> Shelf:
    kitchen.enter("reserve_shelf")
    kitchen.reserved.add(jar)
    return Shelf("upper", (1, 2, 3))


def free_shelf(kitchen: Kitchen, jar: JarId) -> None:
    kitchen.enter("free_shelf")
    kitchen.reserved.discard(jar)


def fit_lid(kitchen: Kitchen, jar: JarId, level: int) -> None:
    kitchen.enter("fit_lid")
    kitchen.lids.add(f"{jar}/{level}")


def remove_lid(kitchen: Kitchen, jar: JarId, level: int) -> None:
    kitchen.enter("remove_lid")
    kitchen.lids.discard(f"{jar}/{level}")


def jar_is_ready(kitchen: Kitchen, jar: JarId) -> bool:
    kitchen.enter("jar_is_ready")
    return jar in kitchen.ready


def mark_standing(kitchen: Kitchen, jar: JarId) -> None:
    kitchen.enter("mark_standing")
    kitchen.states[jar] = "standing"


@workflow
def throw_away(run: Run, jar: JarId) -> None:
    run.on_failure(mark_stuck, jar)
    run.step(take_lids, jar)
    run.step(free_shelf, jar)
    run.step(forget_jar, jar)


def mark_stuck(kitchen: Kitchen, jar: JarId, fault: Fault) -> None:
    """No undo could bring it back: whoever wants it gone asks again."""
    kitchen.enter("mark_stuck")
    kitchen.states[jar] = "stuck"
    kitchen.faults.append(fault)


def take_lids(kitchen: Kitchen, jar: JarId) -> None:
    kitchen.enter("take_lids")
    kitchen.lids -= {lid for lid in kitchen.lids if lid.startswith(f"{jar}/")}


def forget_jar(kitchen: Kitchen, jar: JarId) -> None:
    kitchen.enter("forget_jar")
    kitchen.states.pop(jar, None)


class Toy:
    """Kitchen, database, clock and engine; `restart` is a new process over the same database."""

    def __init__(self, url: str = "sqlite://", observer: Observer | None = None) -> None:
        self.clock = SteppedClock()
        self.db = fresh(METADATA, url=url)
        self.runs = Runs(self.db, self.clock)
        self.kitchen = Kitchen()
        self.engine = self.new_engine(observer, "toy")

    def new_engine(self, observer: Observer | None = None, owner: str | None = None) -> Engine:
        """A process by that name, or another one."""
        engine = Engine(self.runs, observer=observer or silent, owner=owner)
        for fn in (place_jar, throw_away):
            engine.register(fn, self.kitchen)
        return engine

    def leftovers(self) -> list[str]:
        return self.kitchen.leftovers()

    def restart(self) -> None:
        """The process has died and comes back."""
        self.engine = self.new_engine(owner="toy")
        self.engine.recover()

    def place(self, jar: str, lids: int = 2, ready: bool = True) -> JarId:
        jar_id = JarId(jar)
        with self.db.write():
            self.kitchen.states[jar] = "placing"
            self.runs.submit(place_jar, jar, jar_id, lids)
        if ready:
            self.kitchen.ready.add(jar)
        return jar_id

    def settle(self, within_s: float = 3600.0) -> None:
        """Work and let time pass until no run is left."""
        passed = 0.0
        self.engine.run_due()
        while (due := self.engine.next_due()) is not None:
            step = max(0.001, (due - self.clock.now()).total_seconds())
            passed += step
            assert passed < within_s, f"still at work: {self.runs.unfinished()}"
            self.clock.move(step)
            self.engine.run_due()
