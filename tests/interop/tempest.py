"""Tempest, OpenStack's own tests, in an environment of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.enclosure import Enclosure

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
_WORKERS = 2
_DEADLINE_S = 2400
_PASSED, _FIXTURE = "success", "setUpClass ({})"


@dataclass(frozen=True)
class Outcome:
    """How one test ended: `success`, `skip`, `fail`, or `not run`."""

    status: str
    reason: str = ""


def wanted() -> list[str]:
    """The names of the tests that have to pass."""
    lines = (line.strip() for line in (HERE / "ids.txt").read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def ensure_installed(cache: Path) -> Path:
    """The folder of an environment with just the packages of the lock file; made if there is none."""
    home = cache / f"tempest-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    whole = home / "whole"
    if not whole.exists():
        shutil.rmtree(home, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(home))
        pip = (str(home / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input")
        _run(*pip, "--quiet", "--require-hashes", "-r", str(LOCK))
        whole.touch()
    return home


class Tempest:
    """One run of it against the cloud on a machine in the lab."""

    def __init__(self, machine: Enclosure, home: Path, configuration: Path) -> None:
        self._machine = machine
        self._bin = home / "bin"
        self._configuration = configuration
        self._folder = configuration.parent
        site = next((home / "lib").glob("python3*/site-packages"))
        (self._folder / ".stestr.conf").write_text(
            f"[DEFAULT]\ntest_path={site}/tempest/test_discover\ntop_dir={site}\n" + r"group_regex=([^\.]*\.)*" + "\n"
        )
        for name in ("lock", "logs"):
            (self._folder / name).mkdir()
        self._stestr("init")

    def run(self, names: Iterable[str]) -> dict[str, Outcome]:
        """Run the tests; how each ended, by its name."""
        names = list(names)
        listed = {test.partition("[")[0]: test for test in self._stestr("list").splitlines()}
        chosen = self._folder / "chosen"
        chosen.write_text("".join(f"{listed[name]}\n" for name in names if name in listed))
        stream = self._folder / "stream"
        self._stestr(f"run --load-list {chosen} --concurrency {_WORKERS} --subunit >{stream} || true")
        outcomes = self._outcomes(stream)
        return {name: outcome_of(outcomes, name) for name in names}

    def _stestr(self, words: str) -> str:
        environment = {
            "PATH": f"{self._bin}:{os.environ['PATH']}",
            "TEMPEST_CONFIG_DIR": str(self._folder),
            "TEMPEST_CONFIG": self._configuration.name,
            "OS_TEST_TIMEOUT": "900",
        }
        return self._machine.ok(f"cd {self._folder} && stestr {words}", _DEADLINE_S, **environment)

    def _outcomes(self, stream: Path) -> dict[str, Outcome]:
        with stream.open("rb") as events:
            told = subprocess.run(
                [self._bin / "python", HERE / "outcomes.py"], stdin=events, capture_output=True, check=True
            )
        return {test.partition("[")[0]: Outcome(**outcome) for test, outcome in json.loads(told.stdout).items()}


def outcome_of(outcomes: dict[str, Outcome], name: str) -> Outcome:
    """What became of a test: its own event, or that of its class where the class did not get so far."""
    fixture = outcomes.get(_FIXTURE.format(name.rpartition(".")[0]))
    found = outcomes.get(name) or fixture or Outcome("not run", "Tempest does not know this test, or lost it")
    if found is fixture and fixture.status == _PASSED:
        return Outcome("not run", "its class was set up, but no event tells of the test")
    return found


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(argv)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
