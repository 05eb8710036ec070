"""Calling the machine's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import haneul
from haneul.cli.trouble import TroubleError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "PYTHONPATH": str(Path(haneul.__file__).parents[1])}
"""What every program that Haneul starts finds in its environment."""


def haneul_argv(*words: str) -> tuple[str, ...]:
    """The command line of one of Haneul's own programs, in this very environment."""
    return (sys.executable, "-m", "haneul", *words)


def find_program(name: str) -> str | None:
    """Where a program is, also for a user whose PATH lacks /usr/sbin."""
    return shutil.which(name, path=PATH)


def call(*argv: str, env: Mapping[str, str] | None = None, timeout_s: float = 30) -> str:
    """What the program says on its standard output; raises TroubleError with what it said on its other one."""
    done = attempt(*argv, env=env, timeout_s=timeout_s)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing")[-1500:]
        raise TroubleError(f"`{' '.join(argv)}` failed with exit code {done.returncode} and said: {said}")
    return done.stdout


def attempt(
    *argv: str, env: Mapping[str, str] | None = None, timeout_s: float = 30
) -> subprocess.CompletedProcess[str]:
    """Run it and leave the judgement to the caller; raises TroubleError if it is missing or does not end."""
    try:
        return subprocess.run(
            argv,
            env={**os.environ, "PATH": PATH, **(env or {})},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError as error:
        raise TroubleError(f"The program {argv[0]} is missing: run `haneul up` as root to install it.") from error
    except subprocess.TimeoutExpired as error:
        raise TroubleError(f"`{' '.join(argv)}` did not end within {timeout_s:.0f} s.") from error
