"""Waiting for a condition, never for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

from haneul.cli.trouble import TroubleError

_GLANCE_S = 0.05


def wait_until(condition: Callable[[], bool], timeout_s: float, what: str, hint: str = "") -> None:
    """Return as soon as the condition holds; raises TroubleError naming `what` after `timeout_s`."""
    until = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until:
            words = f"Waited {timeout_s:.0f} s in vain for {what}."
            raise TroubleError(f"{words} {hint}" if hint else words)
        time.sleep(_GLANCE_S)
