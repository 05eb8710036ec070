"""How long to wait before the next try."""

from __future__ import annotations

import random
from datetime import timedelta


def after_failure(tries: int, longest_s: float = 30.0) -> timedelta:
    """1, 2, 4 ... seconds after the first, second, third failure, up to `longest_s`, each up to a third less.

    The differences keep those that failed together from coming back together.
    """
    seconds: float = min(longest_s, 2.0 ** min(tries - 1, 16))
    return timedelta(seconds=seconds * random.uniform(0.67, 1.0))


def between_looks(tries: int) -> timedelta:
    """0.1, 0.2, 0.4 ... up to 2 seconds between two looks at something that is to come true."""
    return timedelta(seconds=min(2.0, 0.1 * 2.0 ** min(tries - 1, 16)))
