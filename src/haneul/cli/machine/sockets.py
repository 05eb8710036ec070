"""Whether somebody answers at an address."""

from __future__ import annotations

import socket
from pathlib import Path


def answers(path: Path) -> bool:
    """True if a process listens on this unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def port_taken(host: str, port: int) -> bool:
    """True if a process listens on this TCP port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        try:
            probe.connect(("127.0.0.1" if host in ("", "0.0.0.0") else host, port))
        except OSError:
            return False
    return True
