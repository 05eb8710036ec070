"""A host in namespaces of its own: Open vSwitch in user space, OVN, libvirt and an agent, all real."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from haneul.agent.enrol import Identity, join
from haneul.agent.metadata.namespaces import inside
from haneul.agent.settings import AgentSettings
from haneul.cli.machine import libvirt, ovn, switch
from haneul.cli.machine.daemons import Daemon
from haneul.cli.machine.part import Part
from haneul.drivers.compute.agents import AgentHosts, ListenerSettings
from haneul.hostapi import Event, GuestReport, GuestSpec, Power, parse_join_token
from haneul.kit.clock import SystemClock
from haneul.kit.x509 import make_authority
from tests.drivers.compute.agents import OpenDoor
from tests.lab.enclosure import Enclosure

ROOT = Path(__file__).parents[2]
T = TypeVar("T")

_AGENT = """
import sys
from pathlib import Path
from haneul.agent.main import run
from haneul.agent.settings import AgentSettings
from haneul.kit import log
log.configure("info")
state, control, uri, db, boot = sys.argv[1:]
settings = AgentSettings(Path(state), control, libvirt_uri=uri, ovs_db=db, accelerator="tcg", boot_id_file=Path(boot))
run(settings)
"""


@dataclass
class AgentHost:
    """Everything of it runs in the enclosure and ends with it."""

    machine: Enclosure
    hosts: AgentHosts
    door: OpenDoor
    read: Callable[[str, int, int], bytes] | None = None
    images: dict[str, Path] = field(default_factory=dict)
    events: list[tuple[float, Event]] = field(default_factory=list)
    host_id: str = ""
    boot: int = 1
    """How often its machine was started, as its agent sees it."""
    agent: subprocess.Popen[bytes] | None = None
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.machine.state

    @property
    def namespace(self) -> str:
        return f"/proc/{self.machine.pid}/ns/net"

    @property
    def switch(self) -> switch.Switch:
        return switch.private(self.state)

    @property
    def centre(self) -> ovn.Centre:
        return ovn.private(self.state)

    def enter(self, *argv: str) -> list[str]:
        return ["nsenter", "-t", str(self.machine.pid), "-n", "-m", "-u", "-i", "-p", f"--wd={ROOT}", "--", *argv]

    def call(self, *argv: str, timeout_s: float = 60) -> str:
        done = subprocess.run(self.enter(*argv), capture_output=True, text=True, timeout=timeout_s)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout.strip()

    def vsctl(self, *words: str) -> str:
        return self.call("ovs-vsctl", f"--db=unix:{self.switch.socket}", "--timeout=20", *words)

    def nbctl(self, *words: str) -> str:
        return self.call("ovn-nbctl", f"--db=unix:{self.centre.northbound}", "--timeout=20", *words)

    def spawn(self, name: str, argv: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        log = (self.state / "log" / f"{name}.log").open("ab")
        return subprocess.Popen(
            self.enter(*argv),
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def start(self, part: Part) -> None:
        daemon: Daemon = part.daemon
        self.daemons[daemon.name] = self.spawn(daemon.name, daemon.argv, daemon.env)
        until(part.ready, 60, f"{daemon.name} to answer")

    def kill_daemon(self, name: str) -> None:
        """kill -9, and reaped."""
        process = self.daemons.pop(name)
        child = _child(process.pid)
        if child:
            os.kill(child, signal.SIGKILL)
        process.wait(20)

    def start_agent(self) -> None:
        env = {"PYTHONPATH": f"{ROOT / 'src'}"}
        uri = libvirt.uri_of(self.state)
        boot = self.state / "boot_id"
        boot.write_text(f"boot-{self.boot}\n")
        words = (str(self.state), self.control, uri, f"unix:{self.switch.socket}", str(boot))
        self.agent = self.spawn("agent", (sys.executable, "-c", _AGENT, *words), env)
        until(lambda: bool(self.hosts.connected()), 30, "the agent to connect")

    def kill_agent(self) -> None:
        """kill -9."""
        assert self.agent is not None
        child = _child(self.agent.pid)
        os.kill(child or self.agent.pid, signal.SIGKILL)
        self.agent.wait(20)
        until(lambda: not self.hosts.connected(), 30, "the agent to be missed")

    def agent_memory_mib(self) -> float:
        assert self.agent is not None
        pid = _child(self.agent.pid) or self.agent.pid
        status = Path(f"/proc/{pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    @property
    def control(self) -> str:
        return f"127.0.0.1:{self.hosts.port}"

    def slow_down(self, read: Callable[[str, int, int], bytes]) -> None:
        """Read images like this from now on."""
        self.read = read

    def answer_read(self, image_id: str, offset: int, length: int) -> bytes:
        return (self.read or self.read_image)(image_id, offset, length)

    def read_image(self, image_id: str, offset: int, length: int) -> bytes:
        with self.images[image_id].open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def join(self) -> None:
        self.door.secrets.add("sesame")
        token = parse_join_token(self.hosts.join_token(self.control, "sesame").text())
        identity = Identity(AgentSettings(self.state, self.control).folder / "identity")
        self.host_id = inside(self.namespace, lambda: asyncio.run(join(token, identity, "lab")))

    def settle(self, spec: GuestSpec, deadline_s: float = 120) -> GuestReport:
        """Ask for the guest until it is as it should be."""

        def ask() -> GuestReport | None:
            report = self.hosts.ensure_guest(self.host_id, spec)
            return report if report.is_settled else None

        return until(ask, deadline_s, "the guest to settle")

    def console(self, server_id: str) -> str:
        return self.hosts.read_console_log(self.host_id, server_id).text

    def power(self, server_id: str) -> Power:
        return self.hosts.get_guest(self.host_id, server_id).power


def until(question: Callable[[], T], deadline_s: float, what: str) -> T:
    """The first true answer."""
    end = time.monotonic() + deadline_s
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {deadline_s} s in vain for {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def agent_host(machine: Enclosure) -> Iterator[AgentHost]:
    """A host with everything on it but guests."""
    (machine.state / "log").mkdir(parents=True)
    authority = make_authority("lab", SystemClock().now())
    hosts = AgentHosts(ListenerSettings("127.0.0.1", 0, authority))
    host = AgentHost(machine, hosts, OpenDoor())
    try:
        _start_daemons(host)
        hosts.on_event(lambda _, event: host.events.append((time.monotonic(), event)))
        inside(host.namespace, lambda: hosts.start(host.door, host.answer_read))
        host.join()
        host.start_agent()
        yield host
    finally:
        hosts.stop()


def _start_daemons(host: AgentHost) -> None:
    host.start(switch.database_part(host.switch))
    for part in ovn.central_parts(host.centre):
        host.start(part)
    host.nbctl("--no-wait", "init")
    host.call("ovn-sbctl", f"--db=unix:{host.centre.southbound}", "--timeout=20", "init")
    southbound = f"unix:{host.centre.southbound}"
    identity = ovn.HostIdentity("lab", "lab", "127.0.0.1", "netdev", "physnet1:br-ex", southbound)
    ovn.introduce(host.switch, identity)
    host.start(switch.daemon_part(host.switch))
    host.start(ovn.controller_part(host.switch, host.centre))
    host.start(libvirt.private_part(host.state))


def _child(pid: int) -> int:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0
    return int(children[0]) if children else 0
