"""A real cloud in the lab, as an operator at the command line has it."""

from __future__ import annotations

import os
import re
import shutil
import socket
from pathlib import Path

from haneul import settings
from haneul.cli import credentials, first_cloud
from haneul.cli.tiny_image import build
from tests.lab import inside
from tests.lab.enclosure import Enclosure
from tests.lab.people import Person


def tiny_image_file() -> Path:
    """The tiny guest image, built once and kept for the next time."""
    cache().mkdir(parents=True, exist_ok=True)
    out = cache() / "tiny.qcow2"
    build(out, cache(), lambda text: None)
    return out


def cache() -> Path:
    """What the lab keeps from one time to the next."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "haneul-lab"


class LabCloud:
    """Brought up by `haneul up`; commands are typed as in the README."""

    def __init__(self, machine: Enclosure, image: Path, settings_toml: str = "") -> None:
        self.machine = machine
        if settings_toml:
            machine.state.mkdir(mode=0o700)
            (machine.state / "settings.toml").write_text(settings_toml)
        shutil.copy(image, machine.folder / "tiny.qcow2")
        done = machine.haneul("up", "--image", "tiny.qcow2")
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{machine.last_words()}"
        self.greeting = done.stdout
        self.progress = done.stderr
        login = re.search(r"^ +log in +(ssh .*)$", self.greeting, re.MULTILINE)
        assert login, self.greeting
        self.login = login[1]
        """The command that is said to log in to the first server."""
        known = settings.read(machine.state, {})
        access = credentials.access(known.url, known.region, *first_cloud.passwords(machine.state))
        self.url, self.region = known.url, known.region
        self._port = known.port
        self.admin, self.demo = (Person(self._reach, access.clouds[f"haneul-{name}"]) for name in ("admin", "demo"))

    def openstack(self, words: str, timeout_s: float = 120) -> str:
        """What the stock client prints; the command has to succeed."""
        return self.machine.ok(f"openstack {words}", timeout_s, OS_CLOUD="haneul").strip()

    def value(self, words: str, column: str) -> str:
        """One column of what the stock client shows."""
        return self.openstack(f"{words} -f value -c '{column}'")

    def connect(self, host: str, port: int, timeout_s: float = 5) -> socket.socket:
        """A TCP connection from the machine that the cloud is on; raises OSError."""
        return inside.connect(self.machine.pid, host, port, timeout_s)

    def _reach(self) -> socket.socket:
        return self.connect("127.0.0.1", self._port, timeout_s=60)
