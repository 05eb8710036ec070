"""Whether this Python has the packages that a lock file pins: exit code 0, or 1 and the first that is off.

Runs before any package is installed, so it leans on the standard library alone.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")


def first_missing(lock: str) -> str | None:
    """The first pinned package that is absent or of another version; those under a marker do not count."""
    for line in lock.splitlines():
        pin = _PIN.match(line)
        if not pin or ";" in pin[3]:
            continue
        try:
            installed = version(pin[1])
        except PackageNotFoundError:
            return f"{pin[1]} {pin[2]} is missing"
        if installed != pin[2]:
            return f"{pin[1]} is {installed}, not {pin[2]}"
    return None


if __name__ == "__main__":
    sys.exit(first_missing(Path(sys.argv[1]).read_text()))
