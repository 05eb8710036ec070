"""What the agent asks of a hypervisor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.nic.base import Plug
from haneul.hostapi import GuestUse, Power


@dataclass(frozen=True)
class GuestPlan:
    """A guest in the hypervisor's terms: everything it is made of already lies on the host."""

    server_id: str
    project_id: str
    name: str
    vcpus: int
    memory_mib: int
    disks: tuple[DiskFile, ...]
    plugs: tuple[Plug, ...]
    config_drive: Path | None
    console_log: Path
    """What the guest writes to its serial console is added to this file."""
    boot_disk: int = 0
    """Which of the disks it boots from."""


@dataclass(frozen=True)
class HypervisorFacts:
    name: str
    version: int
    """major * 1000000 + minor * 1000 + micro."""
    accelerator: str
    """kvm or tcg."""


class LiveDisks(Protocol):
    """Disks of guests that run; what `Hypervisor` says of its operations holds here too."""

    def grow_disk(self, server_id: str, path: Path, size_bytes: int) -> None:
        """A guest that runs sees its disk grow."""
        ...

    def copy_disk(self, server_id: str, disk: Path, to: Path) -> bool:
        """Write all that the running guest's disk holds at one moment into a new qcow2 file.

        True if the guest's agent held its file systems still for that moment. Returns when it is done. Raises
        NoCapacity("host.disk_full"), Unavailable("guest.copy_failed"); then the file may be there in part.
        """
        ...

    def swap_disk(self, server_id: str, old: Path, new: DiskFile) -> None:
        """Copy all that the running guest's disk holds to the file `new`, and have it go on in that.

        The file is there, and as large as the guest sees the old one.

        Returns when it is done; fine if it is. Raises NotFound("volume.no_source") for a disk that it has not,
        Conflict("guest.swap_failed"): then it goes on in the old one.
        """
        ...

    def give_up_swap(self, server_id: str, old: Path) -> None:
        """Whoever waits in `swap_disk` is told that it failed; fine if nothing goes on."""
        ...


class Hypervisor(LiveDisks, Protocol):
    """Guests by the ids of their servers. Only guests that bear the cloud's mark are ever seen or touched.

    Each operation raises Unavailable("hypervisor.away") while the hypervisor does not answer, and all but
    `define` and `find` raise NotFound("guest.absent") for a guest that is not defined.
    """

    def facts(self) -> HypervisorFacts: ...

    def define(self, plan: GuestPlan) -> None:
        """Make or replace the definition of a guest that does not run."""
        ...

    def find(self, server_id: str) -> Power:
        """How the guest is now: ABSENT when it is not defined."""
        ...

    def start(self, server_id: str) -> None:
        """Start it from power-off, or go on with its saved memory; fine if it runs."""
        ...

    def ask_to_stop(self, server_id: str) -> None:
        """Press its power button: it may shut itself down, or ignore it."""
        ...

    def power_off(self, server_id: str) -> None:
        """Off at once, without any memory saved; fine if it is off."""
        ...

    def set_volumes(self, server_id: str, own: tuple[DiskFile, ...], volumes: tuple[DiskFile, ...]) -> bool:
        """Have a guest that runs take and let go of volumes beside its own disks; False while it hesitates."""
        ...

    def set_cards(self, server_id: str, plugs: tuple[Plug, ...]) -> bool:
        """Have a guest that runs take and let go of network cards; False while it hesitates."""
        ...

    def list_cards(self, server_id: str) -> frozenset[str]:
        """The devices of the cards that a guest that runs has now."""
        ...

    def pause(self, server_id: str) -> None: ...

    def resume(self, server_id: str) -> None: ...

    def suspend(self, server_id: str) -> None:
        """Save its memory to disk and switch it off: `start` goes on from there. Fine if it is suspended.

        Returns when it is done. Raises NoCapacity("host.disk_full"): then the guest runs on.
        """
        ...

    def set_password(self, server_id: str, user: str, password: str) -> None:
        """By the guest's agent. Raises Conflict("guest.no_agent")."""
        ...

    def remove(self, server_id: str) -> None:
        """Off and forgotten; fine if it is absent."""
        ...

    def list_guests(self) -> tuple[str, ...]: ...

    def console(self, server_id: str, kind: str) -> str:
        """Where the console of `kind` (vnc, serial) is. Raises Conflict("guest.no_console")."""
        ...

    def usage(self, server_id: str) -> GuestUse:
        """What a guest that runs has used since it was started."""
        ...

    def instance_name(self, server_id: str) -> str: ...

    def on_change(self, callback: Callable[[str], None]) -> None:
        """Call `callback(server_id)` from a thread of the driver's when a guest's power changed.

        After the connection was lost and found again it is called for every guest.
        """
        ...

    def close(self) -> None: ...
