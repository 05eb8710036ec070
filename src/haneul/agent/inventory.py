"""What this machine has, as Linux tells it."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haneul import __version__
from haneul.agent.drivers.disk.base import Disks
from haneul.agent.drivers.hypervisor.base import Hypervisor
from haneul.agent.drivers.nic.base import Nics
from haneul.agent.journal import Journal
from haneul.hostapi import CpuInfo, HostInventory, Power

_PROC = Path("/proc")


@dataclass(frozen=True)
class Sources:
    """Where the facts come from."""

    hypervisor: Hypervisor
    disks: Disks
    nics: Nics
    journal: Journal
    hostname: str = ""
    """Empty: as Linux tells it."""


def inventory_of(
    host_id: str, address: str, sources: Sources, certificate_ends_at: Callable[[], str] = str
) -> Callable[[], HostInventory]:
    """A function that takes stock. Raises Unavailable until the hypervisor has answered once."""
    facts = cache(sources.hypervisor.facts)
    cpu = read_cpu((_PROC / "cpuinfo").read_text())

    def take_stock() -> HostInventory:
        memory = read_memory((_PROC / "meminfo").read_text())
        room = sources.disks.room()
        wanted = [record for record in sources.journal.list() if record.spec.power is not Power.STOPPED]
        return HostInventory(
            host_id=host_id,
            hostname=sources.hostname or socket.gethostname(),
            address=address,
            chassis=sources.nics.chassis(),
            vcpus=os.cpu_count() or 1,
            memory_mib=memory["MemTotal"],
            disk_gib=room.total_gib,
            free_memory_mib=memory["MemAvailable"],
            free_disk_gib=room.free_gib,
            hypervisor=facts().name,
            hypervisor_version=facts().version,
            accelerator=facts().accelerator,
            cpu=cpu,
            uptime_s=int(float((_PROC / "uptime").read_text().split()[0])),
            load_average=os.getloadavg(),
            agent_version=__version__,
            running_guests=len(wanted),
            certificate_ends_at=certificate_ends_at(),
        )

    return take_stock


def boot_id(file: Path) -> str:
    """Which start of the machine this is; empty where it does not tell."""
    return file.read_text().strip() if file.exists() else ""


def read_memory(text: str) -> dict[str, int]:
    """/proc/meminfo in MiB by name."""
    rows = (line.split() for line in text.splitlines())
    return {row[0].rstrip(":"): int(row[1]) // 1024 for row in rows if len(row) == 3}


def read_cpu(text: str) -> CpuInfo:
    """/proc/cpuinfo, by its first processor."""
    blocks = [_fields(block) for block in text.strip().split("\n\n")]
    first = blocks[0] if blocks else {}
    sockets = len({block.get("physical id", "0") for block in blocks}) or 1
    cores = int(first.get("cpu cores", "1")) or 1
    threads = max(1, len(blocks) // (sockets * cores))
    return CpuInfo(
        arch=platform.machine(),
        vendor=first.get("vendor_id", "unknown"),
        model=first.get("model name", "unknown"),
        sockets=sockets,
        cores=cores,
        threads=threads,
        features=tuple(first.get("flags", "").split()),
    )


def _fields(block: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in block.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
