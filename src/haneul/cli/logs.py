"""`haneul logs`: what the parts have to say, as lines that people read."""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from haneul.cli.trouble import TroubleError

_GLANCE_S = 0.3
_TAIL_BYTES = 256 * 1024


def run(args: argparse.Namespace) -> int:
    paths = _chosen(args.state / "log", args.part)
    width = max(len(path.stem) for path in paths)
    for path in paths:
        for line in last_lines(path, args.lines):
            print(f"{path.stem:{width}} | {readable(line)}")
    if args.follow:
        _follow(paths, width)
    return 0


def readable(line: str) -> str:
    """A line of JSON as time, level, message and what else it holds; any other line as it is."""
    if not line.startswith("{"):
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    words = [entry.pop("time", ""), entry.pop("level", ""), entry.pop("message", "")]
    traceback = entry.pop("traceback", "")
    words += [f"{key}={value}" for key, value in entry.items()]
    return " ".join(str(word) for word in words if word) + (f"\n{traceback}" if traceback else "")


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a file, which may be large."""
    with path.open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - _TAIL_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
    return lines[-count:] if count > 0 else []


def _chosen(folder: Path, parts: list[str]) -> list[Path]:
    there = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if not there:
        raise TroubleError(f"There are no logs in {folder}: `haneul up` starts the cloud that writes them.")
    unknown = [part for part in parts if part not in there]
    if unknown:
        raise TroubleError(f"There is no log of {', '.join(unknown)}; there are: {', '.join(there)}.")
    return [there[part] for part in parts] if parts else list(there.values())


@dataclass
class _Tail:
    """A log that is read on from where it ended."""

    path: Path
    log: BufferedReader
    rest: bytes = field(default=b"")

    def new_lines(self) -> list[str]:
        if self.path.stat().st_size < self.log.tell():
            self.log.seek(0)
        *lines, self.rest = (self.rest + self.log.read()).split(b"\n")
        return [line.decode(errors="replace") for line in lines]


def _follow(paths: list[Path], width: int) -> None:
    tails = []
    for path in paths:
        log = path.open("rb")
        log.seek(0, os.SEEK_END)
        tails.append(_Tail(path, log))
    while True:
        for tail in tails:
            for line in tail.new_lines():
                print(f"{tail.path.stem:{width}} | {readable(line)}", flush=True)
        time.sleep(_GLANCE_S)
