"""The programs by which Linux and Open vSwitch are told what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from haneul.kit.errors import Unavailable

_DEADLINE_S = 30


def ip(*arguments: str) -> None:
    """iproute2. Raises Unavailable("host.ip_failed")."""
    _run(["ip", *arguments], "host.ip_failed")


def ovs_vsctl(db: str, *arguments: str) -> str:
    """What ovs-vsctl writes; it waits until the switch has done it. Raises Unavailable("switch.away")."""
    return _run(["ovs-vsctl", f"--db={db}", "--timeout=15", *arguments], "switch.away")


def namespace_path(name: str) -> Path:
    return Path("/run/netns", name)


def _run(command: list[str], code: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DEADLINE_S)
    except FileNotFoundError as error:
        raise Unavailable(code, f"Install {command[0]} on the host: it is missing") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(code, f"Look at the host: {' '.join(command[:4])} hangs") from error
    if done.returncode != 0:
        raise Unavailable(code, f"Look at the host: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
