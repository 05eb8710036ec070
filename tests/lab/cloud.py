"""A real cloud in the lab, as an operator at the command line has it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.lab.enclosure import Enclosure


class LabCloud:
    """Brought up by `haneul up`; commands are typed as in the README."""

    def __init__(self, machine: Enclosure, image: Path) -> None:
        self.machine = machine
        shutil.copy(image, machine.folder / "tiny.qcow2")
        done = machine.haneul("up", "--image", "tiny.qcow2")
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{machine.last_words()}"
        self.greeting = done.stdout
        self.progress = done.stderr

    def openstack(self, words: str, timeout_s: float = 120) -> str:
        """What the stock client prints; the command has to succeed."""
        return self.machine.ok(f"openstack {words}", timeout_s, OS_CLOUD="haneul").strip()

    def value(self, words: str, column: str) -> str:
        """One column of what the stock client shows."""
        return self.openstack(f"{words} -f value -c '{column}'")
