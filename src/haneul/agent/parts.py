"""All that the agent's verbs lean on."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from haneul.agent.consoles import Consoles
from haneul.agent.copies import Copies
from haneul.agent.drivers.disk.base import Disks
from haneul.agent.drivers.hypervisor.base import Hypervisor
from haneul.agent.drivers.nic.base import Nics
from haneul.agent.drivers.volume.base import VolumeFiles
from haneul.agent.images import Images
from haneul.agent.jobs import Jobs
from haneul.agent.journal import Journal
from haneul.hostapi import Event, HostInventory, MetadataPort
from haneul.kit.clock import Clock


class MetadataService(Protocol):
    def ensure(self, port: MetadataPort) -> None:
        """Answer at the port."""
        ...

    def remove(self, network_id: str) -> None:
        """No longer answer on the network; fine if that is so."""
        ...


class Locks:
    """One lock per thing, made when it is first wanted and dropped when nobody waits for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._waiting: dict[str, int] = defaultdict(int)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
            self._waiting[name] += 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                self._waiting[name] -= 1
                if not self._waiting[name]:
                    del self._waiting[name], self._locks[name]


@dataclass(frozen=True)
class Parts:
    journal: Journal
    hypervisor: Hypervisor
    disks: Disks
    nics: Nics
    images: Images
    volumes: VolumeFiles
    copies: Copies
    read_stream: Callable[[str, int, int], bytes]
    """(name of a stream, offset, length) -> bytes, from the control plane."""
    metadata: MetadataService
    consoles: Consoles
    clock: Clock
    inventory: Callable[[], HostInventory]
    tell: Callable[[Event], None]
    """Send an event to the control plane, if it is there."""
    folder: Path
    """Below it lie the guests' own files."""
    locks: Locks = field(default_factory=Locks)
    jobs: Jobs = field(default_factory=Jobs)
    boot_id: str = ""
    """Another one after every start of the machine; empty: it is not known."""

    def guest_folder(self, server_id: str) -> Path:
        """Where the guest's console log and config drive are."""
        return self.folder / "guests" / server_id
