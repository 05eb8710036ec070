"""Hosts by the hundred in this process: whole agents over machines that are pretended and outlive them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import uvloop

from haneul.agent.drivers.disk.fake import FakeDisks
from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.nic.fake import FakeNics
from haneul.agent.drivers.registry import Machine, machine_of
from haneul.agent.drivers.volume.fake import FakeVolumeFiles
from haneul.agent.enrol import Identity, join
from haneul.agent.main import Agent
from haneul.agent.settings import AgentSettings
from haneul.hostapi import Power, parse_join_token
from tests.chaos.wires import Wire

log = logging.getLogger(__name__)

T = TypeVar("T")
_NEVER = 1 << 60
_PLENTY_GIB = 10_000


class DeadError(BaseException):
    """The process that called is no more."""


class Life:
    """How long an agent lives: so many more calls of its drivers."""

    def __init__(self, over: Callable[[], None]) -> None:
        self._over = over
        self._calls = _NEVER
        self._lock = threading.Lock()

    def end_after(self, calls: int) -> None:
        with self._lock:
            self._calls = min(self._calls, calls)

    def spend(self) -> None:
        """One more call. Raises DeadError once there is none left: nothing of a dead process touches its machine."""
        with self._lock:
            self._calls -= 1
            is_over = self._calls < 0
        if is_over:
            self._over()
            raise DeadError


class Mortal:
    """A driver as one life sees it."""

    def __init__(self, driver: object, life: Life) -> None:
        self._driver = driver
        self._life = life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        if not callable(found) or name in ("on_change", "close"):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self._life.spend()
            return found(*args, **named)

        return call


class FleetHost:
    """One machine, its agent of the moment, and its wires; `host_id` once it has joined."""

    def __init__(self, folder: Path, number: int, loop: asyncio.AbstractEventLoop) -> None:
        self.name = f"host-{number}"
        self.folder = folder / self.name
        self.host_id = ""
        self.wires: list[Wire] = []
        self._loop = loop
        self._boots = 0
        self._task: asyncio.Task[None] | None = None
        self._life = Life(lambda: None)
        self.machine: Machine

    @property
    def hypervisor(self) -> FakeHypervisor:
        return cast("FakeHypervisor", self.machine.hypervisor)

    @property
    def disks(self) -> FakeDisks:
        return cast("FakeDisks", self.machine.disks)

    @property
    def nics(self) -> FakeNics:
        return cast("FakeNics", self.machine.nics)

    @property
    def volumes(self) -> FakeVolumeFiles:
        return cast("FakeVolumeFiles", self.machine.volumes)

    async def join(self, token: str, ports: Sequence[int]) -> None:
        """Become a host by a token whose address is the control plane's own."""
        self.folder.mkdir(parents=True)
        self.boot()
        self.wires = [Wire(port) for port in ports]
        for wire in self.wires:
            await wire.open()
        addresses = ",".join(f"127.0.0.1:{wire.port}" for wire in self.wires)
        self._settings = AgentSettings(
            self.folder, addresses, "fake", "fake", "fake", hostname=self.name, boot_id_file=self.folder / "boot_id"
        )
        self.machine = machine_of(self._settings)
        self.disks.total_gib = _PLENTY_GIB
        self.host_id = await join(parse_join_token(token), Identity(self._settings.folder / "identity"), self.name)

    def boot(self) -> None:
        """The machine is started anew: all that ran on it is off."""
        self._boots += 1
        (self.folder / "boot_id").write_text(f"boot-{self._boots}")
        if self._boots > 1:
            for server_id in self.hypervisor.list_guests():
                self.hypervisor.crash(server_id, Power.STOPPED)

    def start(self) -> None:
        """The agent, as a new process has it."""
        life = self._life = Life(lambda: self._loop.call_soon_threadsafe(self._bury, life))
        drivers = (Mortal(each, life) for each in vars(self.machine).values())
        self._task = self._loop.create_task(self._work(Machine(*drivers)))  # type: ignore[arg-type]

    async def _work(self, machine: Machine) -> None:
        try:
            await Agent(self._settings, machine).work()
        except asyncio.CancelledError:
            log.info("the agent of %s has ended", self.name)
        except BaseExceptionGroup as group:
            log.info("the agent of %s has died: %s", self.name, group)

    def kill(self, after_calls: int = 0) -> None:
        """In the midst of what it does, as kill -9 would."""
        self._life.end_after(after_calls)

    async def ended(self) -> None:
        """Dead for certain: it may have had nothing to do since it was killed."""
        self._life.end_after(0)
        self._bury(self._life)
        if self._task is not None:
            await asyncio.wait({self._task})

    def _bury(self, life: Life) -> None:
        if life is self._life and self._task is not None:
            for wire in self.wires:
                wire.cut()
                wire.mend()
            self._task.cancel()


class Fleet:
    """All hosts, on one event loop in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hosts: list[FleetHost] = []
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: uvloop.run(self._live(ready)), name="fleet", daemon=True)
        self._thread.start()
        ready.wait()

    async def _live(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        ready.set()
        await self._end.wait()
        for host in self.hosts:
            await host.ended()

    def add(self, token: str, ports: Sequence[int]) -> None:
        """One more host that has joined and works."""
        host = FleetHost(self._folder, len(self.hosts) + 1, self._loop)
        self.do(host.join(token, ports))
        self.hosts.append(host)
        self.call(host.start)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """On the loop; what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, fn: Callable[[], None]) -> None:
        async def work() -> None:
            fn()

        self.do(work())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
