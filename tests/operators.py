"""Somebody at a command line, with a cloud of fake hosts of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import haneul
from haneul.cli.first_cloud import passwords
from haneul.cli.rest import Credentials, Rest


@dataclass(frozen=True)
class Operator:
    """Their home is `folder`, their cloud's state is in it, and its APIs answer on `port`."""

    folder: Path
    port: int

    @classmethod
    def in_folder(cls, folder: Path) -> Operator:
        """With a port that is free."""
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return cls(folder, probe.getsockname()[1])

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def haneul(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(Path(haneul.__file__).parents[1]),
            "HANEUL_STATE": str(self.state),
            "HANEUL_PORT": str(self.port),
        }
        argv = [sys.executable, "-m", "haneul", *words]
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=180, check=False)

    def admin(self) -> Rest:
        """The cloud's APIs as its administrator."""
        password = passwords(self.state)[0]
        return Rest(f"http://127.0.0.1:{self.port}", Credentials("admin", password, "admin"))
