"""Where what should be and what is part: found by each service, told to operators in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Parting(StrEnum):
    """How a thing of the world and what is written of it part."""

    MISSING = "missing"
    """It is written and not there."""
    LEFT_OVER = "left_over"
    """It bears the cloud's tag and is written nowhere."""
    CHANGED = "changed"
    """It is there, and not as it is written."""
    AWAY = "away"
    """Nobody hears of it."""
    AGEING = "ageing"
    """It is about to be good for nothing."""
    FOREIGN = "foreign"
    """It bears no tag of the cloud, which leaves it alone."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be, and what becomes of that."""

    service: str
    parting: Parting
    what: str
    """guest, disk, port, claim ... in the service's own words."""
    id: str
    place: str = ""
    """The host's id, where it is about one."""
    name: str = ""
    within: tuple[str, str] | None = None
    """Of what is foreign: kind and id of the cloud's own thing that holds it."""
    loop: str = ""
    """The upkeep loop that mends it; empty: nothing does, see `remedy`."""
    within_s: float = 0.0
    """From being found, the loop that mends it has come round by then; grace included."""
    remedy: str = ""
    """What is done about it, or what an operator can do."""


@dataclass(frozen=True)
class Unseen:
    """A part of the world that could not be looked at: of it nothing is said, and nothing there is removed."""

    service: str
    place: str
    """A host's id; empty: all of what the service looks at."""
    reason: str


@dataclass(frozen=True)
class Drift:
    """What one look at the world found."""

    differences: Sequence[Difference] = ()
    unseen: Sequence[Unseen] = field(default=())

    @staticmethod
    def of(views: Iterable[Drift]) -> Drift:
        """Several looks as one."""
        seen = list(views)
        return Drift(
            tuple(each for view in seen for each in view.differences),
            tuple(each for view in seen for each in view.unseen),
        )
