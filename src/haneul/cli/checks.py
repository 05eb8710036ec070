"""`haneul test`: every check of the code, then the lab with the real thing."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import haneul
from haneul.cli.machine import packages
from haneul.cli.progress import Progress
from haneul.cli.trouble import TroubleError

LAB = "lab"
INTEROP = "interop"
_REAL = (LAB, INTEROP)
"""Stages with real guests."""
_ON_DISK = (*_REAL, "drivers")
"""Stages whose files are not for memory: they have disks of guests among them."""
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2 << 30
CONSOLE = "console"
CHAOS = "chaos"
CHAOS_OPTIONS = ("seed", "kills", "hosts", "clients", "every", "replicas")
POSTGRES = "postgres"
_ON_BOTH = ("tests/units/workflow", "tests/conversations", "tests/stories", "tests/faults")
"""What has to hold on PostgreSQL as it does on SQLite."""
_SAMPLED = {"HANEUL_DRILL_EVERY": "50"}
"""On the way back fewer of a drill's blows are tried on the second database than on the first."""


@dataclass(frozen=True)
class Stage:
    name: str
    argv: tuple[str, ...]
    """What this Python is given."""
    env: Mapping[str, str] = field(default_factory=dict)


def _tests(name: str, *more: str) -> Stage:
    return Stage(name, ("-m", "pytest", f"tests/{name}", *more))


STAGES = (
    Stage("lint", ("-m", "ruff", "check", ".")),
    Stage("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    Stage("types", ("-m", "mypy")),
    Stage("contracts", ("-c", "from importlinter.cli import lint_imports_command as run; run()")),
    _tests("architecture"),
    _tests("units", "-n", "2"),
    _tests("conversations", "-n", "2"),
    _tests("hostile", "-n", "2"),
    _tests("stories", "-n", "2"),
    _tests("faults", "-n", "2"),
    Stage(CHAOS, ("-m", "tests.chaos")),
    Stage(POSTGRES, ("-m", "pytest", *_ON_BOTH, "-n", "2", "--postgres"), _SAMPLED),
    _tests("drivers"),
    _tests(CONSOLE),
    _tests(LAB),
    _tests(INTEROP),
)


def run(args: argparse.Namespace) -> int:
    """0 if every stage passed. Stops at the first that does not."""
    if args.list:
        print(" ".join(stage.name for stage in STAGES))
        return 0
    root = Path(haneul.__file__).parents[2]
    if not (root / "tests").is_dir():
        raise TroubleError("The tests are in the repository, not in the installed package: run it in a clone.")
    chaos = _chaos_words(args)
    for chosen in _chosen(args.stage, args.require_lab):
        stage = replace(chosen, argv=(*chosen.argv, *chaos)) if chosen.name == CHAOS else chosen
        _prepare(stage)
        code = _run(stage, root)
        if code != 0:
            print(f"haneul test: {stage.name} failed; run it alone by `./haneul test {stage.name}`", file=sys.stderr)
            return 1
    return 0


def _chaos_words(args: argparse.Namespace) -> tuple[str, ...]:
    """The options that are for that stage alone, as it takes them."""
    given = {name: getattr(args, name) for name in CHAOS_OPTIONS}
    words = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
    return (*words, *(["--postgres"] if args.postgres else []))


def _prepare(stage: Stage) -> None:
    """Install what the stage needs besides Python's packages."""
    state = Path.home() / ".cache" / "haneul-lab"
    if stage.name in _REAL:
        packages.ensure(state, Progress(), packages.PACKAGES + packages.FOR_LAB)
    elif stage.name == POSTGRES or {"--postgres", "--replicas"} & set(stage.argv):
        packages.ensure_postgres(state, Progress())
    elif stage.name == CONSOLE:
        packages.ensure(state, Progress(), packages.FOR_CONSOLE)


def _chosen(names: list[str], require_lab: bool) -> list[Stage]:
    unknown = [name for name in names if name not in {stage.name for stage in STAGES}]
    if unknown:
        known = ", ".join(stage.name for stage in STAGES)
        raise TroubleError(f"There is no stage {', '.join(unknown)}; there are: {known}.")
    chosen = [stage for stage in STAGES if not names or stage.name in names]
    if os.geteuid() == 0 or not {stage.name for stage in chosen} & set(_REAL):
        return chosen
    if require_lab or set(names) & set(_REAL):
        raise TroubleError("The lab needs root, for namespaces, bridges and virtual machines: run it with sudo.")
    print("haneul test: without root there is no lab; `sudo ./haneul test` runs everything", file=sys.stderr)
    return [stage for stage in chosen if stage.name not in _REAL]


def _surroundings(stage: Stage) -> dict[str, str]:
    """The environment of the stage's processes, which are dozens: what one has compiled is kept for the others.

    Where nothing is as real as a guest's disk, files are in memory if it has room: they are synced at every commit.
    """
    env = {**stage.env, **os.environ}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if stage.name not in _ON_DISK and _has_room(_MEMORY):
        env.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    return env


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= _ROOM_BYTES


def _run(stage: Stage, root: Path) -> int:
    print(f"== {stage.name}", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, *stage.argv], cwd=root, env=_surroundings(stage), check=False).returncode
    if stage.name not in _REAL:
        print(f"== {stage.name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
    return code
