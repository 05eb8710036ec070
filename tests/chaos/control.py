"""A control plane whose clock can be moved: by as many seconds as the file `<state>/clock` says."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from haneul import settings
from haneul.kit import log
from haneul.kit.clock import SystemClock
from haneul.main import serve

PROGRAM = ("-m", "tests.chaos.control")
FILE = "clock"


class MovedClock(SystemClock):
    """The machine's clock and so many seconds; what never runs backwards stays as it is."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(self._file.read_text() or "0"))


def move_clock(state: Path, seconds: int) -> None:
    """At once, for every control plane in this state directory."""
    new = state / f"{FILE}.new"
    new.write_text(str(seconds))
    new.replace(state / FILE)


def main() -> None:
    state = Path(sys.argv[sys.argv.index("--state") + 1])
    known = settings.read(state)
    log.configure(known.log_level)
    serve(known, MovedClock(state / FILE))


if __name__ == "__main__":
    main()
