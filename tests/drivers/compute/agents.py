"""A control plane's end and a whole agent, in one process, over real TLS; only its machine is pretended."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import uvloop

from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.registry import Machine, machine_of
from haneul.agent.enrol import Identity, join
from haneul.agent.main import Agent
from haneul.agent.settings import AgentSettings
from haneul.drivers.compute.agents import AgentHosts, ListenerSettings
from haneul.hostapi import Event, Power, VolumePlace, VolumeSpec
from haneul.kit.clock import SystemClock
from haneul.kit.errors import CloudError, Conflict, Forbidden
from haneul.kit.ids import new_uuid
from haneul.kit.x509 import Authority, make_authority
from tests.drivers.compute.bench import until
from tests.drivers.compute.specs import IMAGE


class OpenDoor:
    """Lets in whoever knows the word, once."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()
        self.members: set[str] = set()
        self.taken_names: set[str] = set()

    def redeem(self, secret: str, hostname: str) -> str:
        if secret not in self.secrets:
            raise Forbidden("host.token_refused", "Make a new token: this one is used up")
        self.secrets.remove(secret)
        host_id = new_uuid()
        self.members.add(host_id)
        return host_id

    def check_name(self, host_id: str, hostname: str) -> None:
        if hostname in self.taken_names:
            raise Conflict("host.name_taken", "Give this machine another hostname")

    def is_member(self, host_id: str) -> bool:
        return host_id in self.members


class Control:
    """The control plane's end, with one image to give away."""

    def __init__(self, port: int = 0, authority: Authority | None = None, door: OpenDoor | None = None) -> None:
        self.door = door or OpenDoor()
        self.refusal: CloudError | None = None
        self.image = IMAGE
        self.reads: list[int] = []
        self.authority = authority or make_authority("test", SystemClock().now())
        self.hosts = AgentHosts(ListenerSettings("127.0.0.1", port, self.authority), answer_s=20)
        self.hosts.start(self.door, self.read_image)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.hosts.port}"

    def read_image(self, image_id: str, offset: int, length: int) -> bytes:
        if self.refusal is not None:
            raise self.refusal
        self.reads.append(offset)
        return self.image[offset : offset + length]

    def token(self, secret: str = "sesame") -> str:
        self.door.secrets.add(secret)
        return self.hosts.join_token(self.address, secret).text()


class AgentThread:
    """An agent that runs in a thread until it is stopped; its files stay."""

    def __init__(self, settings: AgentSettings, machine: Machine | None = None) -> None:
        self.agent: Agent
        self.machine = machine or machine_of(settings)
        self._settings = settings
        self._ready = threading.Event()
        self._thread = threading.Thread(target=uvloop.run, args=(self._work(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the agent does not start"

    def stop(self) -> None:
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10)

    async def _work(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.agent = Agent(self._settings, self.machine)
        self._task = asyncio.ensure_future(self.agent.work())
        self._ready.set()
        await asyncio.wait({self._task})


class AgentBench:
    def __init__(self, folder: Path) -> None:
        from haneul.hostapi import parse_join_token

        self.control = Control()
        self.hosts = self.control.hosts
        self.events: list[tuple[str, Event]] = []
        self.hosts.on_event(lambda host_id, event: self.events.append((host_id, event)))
        self.settings = AgentSettings(folder, self.control.address, hypervisor="fake", disk="fake", nic="fake")
        identity = Identity(self.settings.folder / "identity")
        self.host_id = asyncio.run(join(parse_join_token(self.control.token()), identity, "bench"))
        self.thread = AgentThread(self.settings)
        self.wait_for_host()

    def wait_for_host(self) -> None:
        end = time.monotonic() + 10
        while not self.hosts.connected():
            assert time.monotonic() < end, "the agent does not connect"
            self.let_time_pass()

    def restart_agent(self) -> None:
        """A new agent over the same files and the same pretended machine."""
        machine = self.thread.machine
        self.thread.stop()
        until(self, lambda: not self.hosts.connected())
        self.thread = AgentThread(self.settings, machine)
        self.wait_for_host()

    def make_volume(self, place: VolumePlace) -> None:
        self.hosts.ask(self.host_id, "ensure_volume", spec=VolumeSpec(place, 1))

    def let_time_pass(self) -> None:
        time.sleep(0.02)

    def switch_off(self, server_id: str, power: Power) -> None:
        hypervisor = self.thread.agent.parts.hypervisor
        assert isinstance(hypervisor, FakeHypervisor)
        hypervisor.crash(server_id, power)

    def is_guarded(self, port_id: str) -> bool:
        return self.thread.agent.parts.nics.is_guarded(port_id)

    def take_away(self) -> None:
        self.thread.stop()

    def close(self) -> None:
        self.thread.stop()
        self.hosts.stop()
