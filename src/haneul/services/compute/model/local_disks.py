"""Disks that lie with a server beside its root disk, and go with it: ephemeral ones and swap, as its flavor allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from haneul.services.compute.model.flavors import FlavorSnapshot

SWAP = "swap"
FILE_SYSTEMS = ("ext2", "ext3", "ext4")
_MIB, _EPHEMERAL = 1024, "ephemeral"
_DEVICES = tuple(f"/dev/vd{letter}" for letter in ascii_lowercase[1:])
"""Those behind the root disk's."""


@dataclass(frozen=True)
class LocalDisk:
    """An empty disk with a file system, or with room for swap."""

    device: str
    """/dev/vdb ..."""
    size_mib: int
    filesystem: str = "ext4"
    """One of FILE_SYSTEMS, or SWAP."""
    number: int = 0
    """Which of the ephemeral disks it is."""
    is_chosen: bool = False
    """It was asked for, and keeps its size whatever flavor the server gets."""

    @property
    def is_swap(self) -> bool:
        return self.filesystem == SWAP

    @property
    def name(self) -> str:
        """Tells it from others of the server. Swap of another size is another disk: nothing on it is kept."""
        return f"{SWAP}-{self.size_mib}" if self.is_swap else self.label

    @property
    def label(self) -> str:
        """Of its file system."""
        return "" if self.is_swap else f"{_EPHEMERAL}{self.number}"


def sized_for(flavor: FlavorSnapshot, disks: Sequence[LocalDisk], taken: Collection[str]) -> tuple[LocalDisk, ...]:
    """The disks of a server that gets the flavor; `taken` are devices of its volumes.

    Chosen ephemeral disks stay as they are; without any there is one of the flavor's size. Swap is the flavor's.
    """
    chosen = [disk for disk in disks if disk.is_chosen and not disk.is_swap]
    ephemeral = next((disk for disk in disks if not disk.is_chosen and not disk.is_swap), None)
    swap = next((disk for disk in disks if disk.is_swap), None)
    sized = [*chosen]
    used = {*taken, *(disk.device for disk in disks)}
    if not chosen and flavor.ephemeral_gib:
        ephemeral = ephemeral or LocalDisk(_free(used), 0)
        sized.append(replace(ephemeral, size_mib=flavor.ephemeral_gib * _MIB))
        used.add(ephemeral.device)
    if flavor.swap_mib:
        swap = swap or LocalDisk(_free(used), 0, SWAP)
        sized.append(replace(swap, size_mib=flavor.swap_mib))
    return tuple(sized)


def ephemeral_mib(disks: Sequence[LocalDisk]) -> int:
    return sum(disk.size_mib for disk in disks if not disk.is_swap)


def is_local(name: str) -> bool:
    """Whether a disk of that name is one of these."""
    return name.startswith((f"{SWAP}-", _EPHEMERAL))


def _free(used: Collection[str]) -> str:
    """The next device that is free. Raises LookupError when there is none."""
    for device in _DEVICES:
        if device not in used:
            return device
    raise LookupError("every device of the server is taken")
