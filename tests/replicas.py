"""Control planes as processes, to be started, asked and killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import haneul
from haneul.cli.rest import Credentials, Rest
from haneul.cli.trouble import TroubleError

PASSWORD = "a password of the tests"
TAKEN_OVER_S = 60
"""Far more than it takes: a machine may be busy. The figure that is promised is measured elsewhere."""
HANEUL = ("-m", "haneul", "serve")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Replica:
    """One control plane, as a process."""

    name: str
    port: int
    agent_port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, state: Path, addresses: str, more: Mapping[str, str], program: tuple[str, ...] = HANEUL) -> None:
        """`more`: settings besides, by the end of their variable's name; its log is `<state>/<name>.log`."""
        given = {
            "REPLICA": self.name,
            "PORT": str(self.port),
            "AGENT_PORT": str(self.agent_port),
            "CONTROL_ADDRESS": addresses,
            "NETWORK_DRIVER": "fake",
        }
        source = Path(haneul.__file__).parents[1]
        env = os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{source.parent}"}
        env |= {f"HANEUL_{name}": value for name, value in (given | dict(more)).items()}
        argv = [sys.executable, *program, "--state", str(state)]
        with (state / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def rest(self) -> Rest:
        return Rest(f"http://127.0.0.1:{self.port}", Credentials("admin", PASSWORD, "admin"))

    def answers(self) -> bool:
        """Whether one can sign in. Fails once the process has ended."""
        assert self.process is not None and self.process.poll() is None, f"{self.name} has ended"
        try:
            return bool(self.rest().token())
        except TroubleError:
            return False


def until(question: Callable[[], Any], seconds: float = TAKEN_OVER_S) -> Any:
    """The first answer that is true."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.1)
    return answer


def up_hosts(rest: Rest) -> list[Any]:
    return [host for host in rest.get("/haneul/v1/hosts")["hosts"] if host["is_up"] and host["inventory"]]


def furnish(rest: Rest, data: Path) -> dict[str, Any]:
    """What a server is made of: a flavor, and an image with the data of a file."""
    flavor = rest.post("/compute/v2.1/flavors", {"flavor": {"name": "small", "vcpus": 1, "ram": 64, "disk": 1}})
    image = rest.post("/image/v2/images", {"name": "tiny", "disk_format": "raw", "container_format": "bare"})
    rest.upload(f"/image/v2/images/{image['id']}/file", data)
    return {"flavorRef": flavor["flavor"]["id"], "imageRef": image["id"], "networks": []}
