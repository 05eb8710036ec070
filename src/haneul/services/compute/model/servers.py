"""Servers: what they are, the states they may be in and the moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from haneul.services.compute.model.flavors import FlavorSnapshot
from haneul.services.compute.model.local_disks import LocalDisk
from haneul.services.compute.model.volumes import PlannedDisk

ServerId = NewType("ServerId", str)


class ServerState(StrEnum):
    """How a server is. What it is about to become is told by its current run, never by a state."""

    BUILDING = "building"
    ACTIVE = "active"
    STOPPED = "stopped"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    """Its memory is on the host's disk."""
    RESCUED = "rescued"
    """It runs from another image; its own disks are there to be mended."""
    RESIZED = "resized"
    """It stands with another flavor or on another host, until that is confirmed or reverted."""
    SHELVED = "shelved"
    """An image of it was made; its host still keeps its disk."""
    OFFLOADED = "offloaded"
    """As SHELVED, and on no host."""
    SOFT_DELETED = "soft-deleted"
    """Deleted as far as its owner asked for it, and kept for a while."""
    ERROR = "error"
    DELETING = "deleting"
    DELETED = "deleted"
    """Of tombstones only: the row is gone."""


_LIVING = frozenset({ServerState.ACTIVE, ServerState.STOPPED, ServerState.PAUSED, ServerState.SUSPENDED})
_ENDING = frozenset({ServerState.ERROR, ServerState.SOFT_DELETED, ServerState.DELETING})
_RUNS_OR_NOT = frozenset({ServerState.ACTIVE, ServerState.STOPPED})
_ASIDE = frozenset({ServerState.RESCUED, ServerState.RESIZED, ServerState.SHELVED})

MOVES: dict[ServerState, frozenset[ServerState]] = {
    ServerState.BUILDING: frozenset({ServerState.ACTIVE}) | _ENDING,
    ServerState.ACTIVE: _LIVING | _ASIDE | _ENDING,
    ServerState.STOPPED: _LIVING | _ASIDE | _ENDING,
    ServerState.PAUSED: _LIVING | {ServerState.SHELVED} | _ENDING,
    ServerState.SUSPENDED: _LIVING | {ServerState.SHELVED} | _ENDING,
    ServerState.RESCUED: _RUNS_OR_NOT | _ENDING,
    ServerState.RESIZED: _RUNS_OR_NOT | _ENDING,
    ServerState.SHELVED: frozenset({ServerState.ACTIVE, ServerState.OFFLOADED}) | _ENDING,
    ServerState.OFFLOADED: frozenset({ServerState.ACTIVE}) | _ENDING,
    ServerState.SOFT_DELETED: frozenset({ServerState.ACTIVE}) | _ENDING,
    ServerState.ERROR: _LIVING | {ServerState.RESCUED} | _ENDING,
    ServerState.DELETING: _ENDING,
    ServerState.DELETED: frozenset(),
}
"""From each state, the states that it may change to. DELETING ends with the row itself, or in ERROR."""


def may_move(old: ServerState, new: ServerState) -> bool:
    return old is new or new in MOVES[old]


@dataclass(frozen=True)
class Fault:
    """Why a server is in ERROR: `message` for its owner, `details` for the administrator."""

    code: str
    message: str
    details: str
    at: datetime


@dataclass(frozen=True)
class Lock:
    """While it stands, only an administrator changes the server, or its owner if `by_owner`."""

    by_owner: bool
    reason: str | None = None


@dataclass(frozen=True)
class Rescue:
    """From what a server runs while it is rescued."""

    image_id: str
    is_stable: bool = False
    """True: its own disks stay where they are, and the rescue disk comes after them."""
    bus: str = "virtio"
    device: str = "disk"
    """disk or cdrom."""


@dataclass(frozen=True)
class WantedNic:
    """A network card asked for: a port that exists, or a new one on a network."""

    network_id: str = ""
    port_id: str = ""
    fixed_ip: str = ""
    tag: str = ""


@dataclass(frozen=True)
class PlannedNic:
    """A network card with the id that its port has, or shall get."""

    port_id: str
    network_id: str = ""
    """Set for a port that is made for the server, and goes with it."""
    fixed_ip: str = ""
    security_group_ids: tuple[str, ...] = ()
    tag: str = ""
    """By which its guest knows the card."""

    @property
    def is_ours(self) -> bool:
        return bool(self.network_id)


@dataclass(frozen=True)
class InjectedFile:
    """A file that the guest is to write when it begins, as versions before 2.57 ask for it."""

    path: str
    contents: str
    """Base64."""


@dataclass(frozen=True)
class ServerBirth:
    """What a server was asked to be, kept for the workflow that builds it and for whoever builds it anew."""

    user_data: str = ""
    """Base64, as it was given. The first field: the store tells by it who has none."""
    nics: tuple[PlannedNic, ...] = ()
    """In the order in which the guest has them; what was plugged in later stands last."""
    public_key: str = ""
    key_type: str = ""
    host_id: str = ""
    """The only host it may go to; empty: any."""
    scheduler_hints: Mapping[str, object] = field(default_factory=dict)
    random_seed: str = ""
    """Base64: randomness for the guest, the same whenever it asks."""
    admin_password: str = ""
    """For guests that set it from their config drive."""
    files: tuple[InjectedFile, ...] = ()
    disks: tuple[PlannedDisk, ...] = ()
    """Its volumes from the beginning, beside or instead of a disk of its own."""
    local_disks: tuple[LocalDisk, ...] = ()
    """What it has now beside its root disk, ephemeral and swap."""

    @property
    def tagged_nics(self) -> tuple[PlannedNic, ...]:
        return tuple(nic for nic in self.nics if nic.tag)


@dataclass(frozen=True)
class Server:
    """A virtual machine of a project."""

    id: ServerId
    name: str
    project_id: str
    user_id: str
    state: ServerState
    flavor: FlavorSnapshot
    hostname: str
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None = None
    terminated_at: datetime | None = None
    description: str | None = None
    image_id: str | None = None
    """What its own disk began as; None: it has no disk of its own and boots from a volume."""
    key_name: str | None = None
    host_id: str | None = None
    pinned_zone: str | None = None
    lock: Lock | None = None
    fault: Fault | None = None
    reservation_id: str = ""
    launch_index: int = 0
    has_config_drive: bool = False
    disk_config: str = "MANUAL"
    """AUTO if the guest shall stretch its file system over the disk: told to the guest, not acted upon."""
    access_ipv4: str = ""
    access_ipv6: str = ""
    reboots: int = 0
    """How often it was rebooted on request, in all."""
    is_last_reboot_hard: bool = False
    rescue: Rescue | None = None
    """While it is rescued, and on its way there."""
    shelved_image_id: str | None = None
    """What it begins from when it is unshelved."""
    set_aside_at: datetime | None = None
    """When it was shelved or softly deleted."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    number: int = 0
    """Counts servers in the order of their creation."""

    @property
    def boots_from_volume(self) -> bool:
        return self.image_id is None


@dataclass(frozen=True)
class Task:
    """The long work that a server is in the midst of."""

    kind: str
    """The workflow's name."""
    step: str
    """The name of the step it is at; empty before the first."""
