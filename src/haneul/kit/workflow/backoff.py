"""How long to wait before the next try."""

from __future__ import annotations

import random
from datetime import timedelta

_LONGEST_AFTER_INTERRUPTION_S = 8.0


def after_failure(tries: int, longest_s: float = 30.0) -> timedelta:
    """1, 2, 4 ... seconds after the first, second, third failure, up to `longest_s`, each up to a third less.

    The differences keep those that failed together from coming back together.
    """
    seconds: float = min(longest_s, 2.0 ** min(tries - 1, 16))
    return timedelta(seconds=seconds * random.uniform(0.67, 1.0))


def after_interruption(in_a_row: int) -> timedelta:
    """None up to the third in a row, then 1, 2, 4, 8, 8 ... seconds, each up to a third less.

    A process that dies takes all of its work along, so that nearly always another step was to blame, or none. The
    pauses are for the step that takes the process down each time: in between, everything else gets ahead. They
    stay below the 10 s in which all work is to go on after a restart.
    """
    return timedelta() if in_a_row <= 3 else after_failure(in_a_row - 3, _LONGEST_AFTER_INTERRUPTION_S)


def between_looks(tries: int) -> timedelta:
    """0.1, 0.2, 0.4 ... up to 2 seconds between two looks at something that is to come true."""
    return timedelta(seconds=min(2.0, 0.1 * 2.0 ** min(tries - 1, 16)))
