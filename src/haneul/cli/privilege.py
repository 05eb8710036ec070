"""Commands about the machine's own cloud, given by somebody who is not root: they go on as root, by sudo."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import haneul
from haneul.cli.machine import tools
from haneul.cli.trouble import TroubleError
from haneul.settings import MACHINES_STATE, default_state

_COMMANDS = frozenset({"up", "status", "doctor", "logs", "down", "uninstall", "bench", "db", "backup"})


def is_lacking(args: argparse.Namespace) -> bool:
    """True if the command means the machine's own cloud and whoever gave it may not touch that.

    Whoever names a state directory, or has a cloud of fake hosts in their own, means that one.
    """
    if os.geteuid() == 0 or args.command not in _COMMANDS or args.state or os.environ.get("HANEUL_STATE"):
        return False
    if getattr(args, "fake", False) or (default_state() / "run" / "wanted").is_dir():
        return False
    return args.command == "up" or MACHINES_STATE.is_dir()


def go_on_as_root(argv: Sequence[str]) -> int:
    """The same command as root, in place of this one; raises TroubleError where there is no sudo."""
    sudo = tools.find_program("sudo")
    if sudo is None:
        raise TroubleError(
            "This needs root: become root, or install sudo, and run it again. "
            "Without: `./haneul up --fake` runs on fake hosts."
        )
    if argv[0] == "up":
        print("haneul: this needs root and goes on by sudo; without root there is `haneul up --fake`", file=sys.stderr)
    kept = ",".join(sorted(name for name in os.environ if name.startswith("HANEUL_")))
    script = Path(haneul.__file__).parents[2] / "haneul"
    program = [str(script)] if script.exists() else list(tools.haneul_argv())
    os.execv(sudo, ["sudo", f"--preserve-env={kept}", *program, *argv])
