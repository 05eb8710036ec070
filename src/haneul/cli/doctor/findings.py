"""What an examination finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from haneul.cli.machine.daemons import Keeper
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings


class Weight(StrEnum):
    WRONG = "wrong"
    WEAK = "weak"
    FINE = "fine"


@dataclass(frozen=True)
class Finding:
    weight: Weight
    sentence: str
    remedy: str = ""
    """What to do about it; empty where nothing is to be done."""


Examination = Callable[[Settings, Keeper], Iterator[Finding]]


def wrong(sentence: str, remedy: str) -> Finding:
    return Finding(Weight.WRONG, sentence, remedy)


def weak(sentence: str, remedy: str) -> Finding:
    return Finding(Weight.WEAK, sentence, remedy)


def fine(sentence: str) -> Finding:
    return Finding(Weight.FINE, sentence)


def examine(look: Examination, settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """What one examination finds; one that cannot be made is itself a finding."""
    try:
        yield from look(settings, keeper)
    except (TroubleError, OSError) as error:
        yield weak(f"Could not look at: {look.__doc__} {error}", "Run `haneul doctor` as root.")
