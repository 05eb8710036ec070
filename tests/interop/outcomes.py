"""What became of each test: a stream of subunit events on standard input, JSON on standard output.

Runs under Tempest's own Python, which can read such streams.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import subunit
from testtools import StreamResult

_LAST_LINES = 25


class Collector(StreamResult):
    """Keeps the last word on each id, and what was attached to it."""

    def __init__(self) -> None:
        super().__init__()
        self.status_by_id: dict[str, str] = {}
        self.text_by_id: dict[str, dict[str, bytes]] = {}

    def status(self, test_id: Any = None, test_status: Any = None, **more: Any) -> None:
        if test_id is None:
            return
        if test_status not in (None, "inprogress", "exists"):
            self.status_by_id[test_id] = test_status
        if more.get("file_bytes"):
            files = self.text_by_id.setdefault(test_id, {})
            files[more["file_name"]] = files.get(more["file_name"], b"") + bytes(more["file_bytes"])


def reason(files: dict[str, bytes]) -> str:
    """The part of what was attached that says why."""
    said = files.get("reason") or files.get("traceback") or b"\n".join(files.values())
    return "\n".join(said.decode(errors="replace").strip().splitlines()[-_LAST_LINES:])


def main() -> None:
    seen = Collector()
    subunit.ByteStreamToStreamResult(sys.stdin.buffer, non_subunit_name="stdout").run(seen)
    outcomes = {
        test: {"status": status, "reason": reason(seen.text_by_id.get(test, {}))}
        for test, status in seen.status_by_id.items()
    }
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
