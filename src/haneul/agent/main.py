"""Puts the agent together and runs it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

import uvloop

from haneul.agent import chores
from haneul.agent.consoles import Consoles
from haneul.agent.copies import Copies
from haneul.agent.drivers.registry import Machine, machine_of
from haneul.agent.enrol import Identity
from haneul.agent.images import Images
from haneul.agent.inventory import Sources, boot_id, inventory_of
from haneul.agent.journal import Journal
from haneul.agent.link import Link
from haneul.agent.links import Links, Serve
from haneul.agent.metadata.answers import Answers
from haneul.agent.metadata.service import Metadata
from haneul.agent.parts import Locks, Parts
from haneul.agent.server import carry_out
from haneul.agent.settings import AgentSettings
from haneul.agent.verbs.ensure_guest import go_on
from haneul.hostapi import Event
from haneul.kit.clock import SystemClock
from haneul.kit.errors import CloudError, Conflict
from haneul.kit.peer import Command

log = logging.getLogger(__name__)

WORKERS = 6


def run(settings: AgentSettings) -> None:
    """Be the agent of this host until SIGTERM or SIGINT. Raises Conflict("agent.not_enrolled")."""
    uvloop.run(_run_until_told(settings))


async def _run_until_told(settings: AgentSettings) -> None:
    agent = Agent(settings)
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(agent.work())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


class Agent:
    """All the parts of one agent; made inside the event loop on which it works."""

    def __init__(self, settings: AgentSettings, machine: Machine | None = None) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._identity = Identity(settings.folder / "identity")
        if not self._identity.is_enrolled:
            message = "Get a join token from the cloud and give it to `haneul join TOKEN` on this machine"
            raise Conflict("agent.not_enrolled", message)
        self._workers = ThreadPoolExecutor(WORKERS, "worker")
        self._answerers = ThreadPoolExecutor(2, "metadata")
        self.machine = machine or machine_of(settings)
        self.parts, self.links = self._assemble()

    async def work(self) -> None:
        """Serve until cancelled; guests go on when the agent ends."""
        parts = self.parts
        parts.hypervisor.on_change(self._guest_changed)
        self._workers.submit(chores.reopen, parts)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.links.run())
                tasks.create_task(self._repeat(chores.LOOK_EVERY_S, partial(chores.watch_guests, parts)))
                tasks.create_task(self._repeat(chores.SHUTDOWN_EVERY_S, partial(chores.watch_shutdowns, parts)))
                tasks.create_task(self._repeat(chores.CLEANING_EVERY_S, partial(chores.clean, parts)))
        finally:
            parts.images.close()
            parts.jobs.close()
            parts.copies.close()
            self._workers.shutdown(wait=False, cancel_futures=True)
            self._answerers.shutdown(wait=False, cancel_futures=True)
            parts.hypervisor.close()

    def _assemble(self) -> tuple[Parts, Links]:
        settings, folder = self._settings, self._settings.folder
        journal, locks, clock = Journal(folder / "journal"), Locks(), SystemClock()
        hypervisor, disks, nics = self.machine.hypervisor, self.machine.disks, self.machine.nics
        sources = Sources(hypervisor, disks, nics, journal, settings.hostname)
        take_stock = inventory_of(self._identity.host_id, settings.address, sources, self._identity.ends_at)

        def link_to(address: str, serve: Serve) -> Link:
            return Link(address, self._identity, clock, serve, take_stock)

        links = Links(settings.controls, self._serve, link_to)

        def read_image(image_id: str, offset: int, length: int) -> bytes:
            data = links.ask_from_thread("read_image", {"image_id": image_id, "offset": offset, "length": length})
            assert isinstance(data, bytes)
            return data

        def read_stream(name: str, offset: int, length: int) -> bytes:
            data = links.ask_from_thread("read_stream", {"name": name, "offset": offset, "length": length})
            assert isinstance(data, bytes)
            return data

        parts = Parts(
            journal=journal,
            hypervisor=hypervisor,
            disks=disks,
            nics=nics,
            images=Images(disks, read_image, links.tell),
            volumes=self.machine.volumes,
            copies=Copies(links.tell),
            read_stream=read_stream,
            metadata=Metadata(self._loop, self._answerers, nics, Answers(journal, locks)),
            consoles=Consoles(links.dial),
            clock=clock,
            inventory=take_stock,
            tell=links.tell,
            folder=folder,
            locks=locks,
            boot_id=boot_id(settings.boot_id_file),
        )
        return parts, links

    async def _serve(self, command: Command) -> Any:
        working = copy_context().run
        return await self._loop.run_in_executor(self._workers, working, carry_out, self.parts, command)

    def _guest_changed(self, server_id: str) -> None:
        """In the hypervisor's thread: hand over and return at once."""
        with contextlib.suppress(RuntimeError):  # the agent is ending and takes no more work
            self._workers.submit(self._follow, server_id)

    def _follow(self, server_id: str) -> None:
        try:
            go_on(self.parts, server_id)
        except CloudError as error:
            log.warning("guest %s does not go on: %s", server_id, error)
        except Exception:
            log.exception("following guest %s failed", server_id)
        self.parts.tell(Event("guest_changed", server_id))

    async def _repeat(self, every_s: float, chore: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self._loop.run_in_executor(self._workers, chore)
            except Exception:
                log.exception("a chore failed")
