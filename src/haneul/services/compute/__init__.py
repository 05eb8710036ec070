"""Servers: virtual machines, and the hosts, flavors and keypairs that they need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haneul.kit.drift import Drift
from haneul.kit.ids import new_hex
from haneul.kit.upkeep import Loop
from haneul.kit.workflow import RunView, StepView
from haneul.services.compute.driver import ConsoleStream, Enroller, Hosts
from haneul.services.compute.model import (
    ALLOWED,
    SWAP,
    Aggregate,
    ConsoleGrant,
    ConsoleKind,
    DiskSource,
    Flavor,
    FlavorSnapshot,
    GroupPolicy,
    Host,
    Hypervisor,
    InjectedFile,
    JoinGrant,
    Keypair,
    KeyType,
    Limits,
    Move,
    MoveKind,
    MoveStatus,
    QuotaKey,
    Server,
    ServerGroup,
    ServerId,
    ServerState,
    ServerVolume,
    Task,
    WantedDisk,
    WantedNic,
    Zone,
)
from haneul.services.compute.parts import Parts, Tuning
from haneul.services.compute.policy import RULES
from haneul.services.compute.store import (
    METADATA,
    SERVER_SORT_KEYS,
    ComputeStore,
    FlavorFilter,
    MoveFilter,
    ServerFilter,
    TagFilter,
)
from haneul.services.compute.upkeep.aside import confirm_late, offload_shelved, reclaim
from haneul.services.compute.upkeep.drift import MENDER, find_drift
from haneul.services.compute.upkeep.guests import GuestWatch
from haneul.services.compute.upkeep.hosts import HostWatch
from haneul.services.compute.upkeep.leftovers import EVERY_S, Orphan, Sweeper, find_orphans
from haneul.services.compute.upkeep.mend import Mender
from haneul.services.compute.verbs.actions import Actions, ActionView, RecentAction, asked_by_of
from haneul.services.compute.verbs.aggregates import AggregateChanges, Aggregates
from haneul.services.compute.verbs.consoles import Consoles, ConsoleView
from haneul.services.compute.verbs.flavors import Flavors
from haneul.services.compute.verbs.groups import ServerGroups
from haneul.services.compute.verbs.hosts import HostVerbs
from haneul.services.compute.verbs.keypairs import Keypairs, MadeKeypair, NewKeypair
from haneul.services.compute.verbs.moves import Moves, MoveView
from haneul.services.compute.verbs.placing import PlacementView, Placing
from haneul.services.compute.verbs.quotas import Quotas, QuotaView
from haneul.services.compute.verbs.servers import (
    BackupWish,
    Forecast,
    Interface,
    ListWish,
    Networks,
    RebuildWish,
    Servers,
    ServerUse,
    ServerView,
    ServerWish,
    UnshelveWish,
    VolumeWish,
)
from haneul.services.compute.verbs.zones import Zones
from haneul.services.compute.workflows import WORKFLOWS
from haneul.services.compute.workflows.moving import FAR
from haneul.services.compute.workflows.tell_guest import tell_guest, teller_of
from haneul.services.network import OutsideAddressChanged, PortStatusChanged, ServerPortChanged

__all__ = [
    "ALLOWED",
    "METADATA",
    "RULES",
    "SERVER_SORT_KEYS",
    "SWAP",
    "ActionView",
    "Aggregate",
    "AggregateChanges",
    "BackupWish",
    "Compute",
    "ComputeStore",
    "ConsoleGrant",
    "ConsoleKind",
    "ConsoleStream",
    "ConsoleView",
    "DiskSource",
    "Enroller",
    "Flavor",
    "FlavorFilter",
    "FlavorSnapshot",
    "Forecast",
    "GroupPolicy",
    "Host",
    "Hosts",
    "Hypervisor",
    "InjectedFile",
    "Interface",
    "JoinGrant",
    "KeyType",
    "Keypair",
    "Limits",
    "ListWish",
    "MadeKeypair",
    "Move",
    "MoveFilter",
    "MoveKind",
    "MoveStatus",
    "MoveView",
    "Networks",
    "NewKeypair",
    "Orphan",
    "Parts",
    "PlacementView",
    "QuotaKey",
    "QuotaView",
    "RebuildWish",
    "RecentAction",
    "RunView",
    "Server",
    "ServerFilter",
    "ServerGroup",
    "ServerId",
    "ServerState",
    "ServerUse",
    "ServerView",
    "ServerVolume",
    "ServerWish",
    "StepView",
    "TagFilter",
    "Task",
    "Tuning",
    "UnshelveWish",
    "VolumeWish",
    "WantedDisk",
    "WantedNic",
    "Zone",
    "asked_by_of",
]


class Compute:
    """The face of the compute service."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.servers = Servers(parts)
        self.flavors = Flavors(parts)
        self.keypairs = Keypairs(parts)
        self.hosts = HostVerbs(parts)
        self.quotas = Quotas(parts)
        self.groups = ServerGroups(parts)
        self.actions = Actions(parts)
        self.consoles = Consoles(parts)
        self.placing = Placing(parts)
        self.zones = Zones(parts)
        self.aggregates = Aggregates(parts)
        self.moves = Moves(parts)
        self.workflows: tuple[Callable[..., Any], ...] = WORKFLOWS
        hosts, guests, sweeper = HostWatch(parts), GuestWatch(parts), Sweeper(parts)
        self.upkeep = (
            Loop("compute.hosts", 10.0, hosts.look),
            Loop("compute.guests.told", 1.0, guests.look_at_told, is_local=True),
            Loop("compute.guests", 60.0, guests.look_at_all),
            Loop("compute.confirm", 10.0, partial(confirm_late, parts)),
            Loop("compute.offload", 10.0, partial(offload_shelved, parts)),
            Loop("compute.reclaim", 10.0, partial(reclaim, parts)),
            Loop("compute.leftovers", EVERY_S, sweeper.look),
            Loop(MENDER, EVERY_S, Mender(parts).look),
            Loop("compute.tombstones", 3600.0, sweeper.clear_tombstones),
        )
        parts.bus.subscribe(PortStatusChanged, self._port_changed)
        parts.bus.subscribe(OutsideAddressChanged, self._guest_is_told)
        parts.bus.subscribe(ServerPortChanged, self._guest_is_told)

    def read_data(self, image_id: str, offset: int, length: int) -> bytes:
        """For hosts: a piece of an image, or of a disk on its way from another host."""
        host_id, far, snapshot_id = image_id.partition(FAR)
        if far:
            return self.parts.hosts.read_snapshot(host_id, snapshot_id, offset, length)
        return self.parts.image.images.read(image_id, offset, length)

    def leftovers(self) -> list[Orphan]:
        """Claims, ports, guests and disks that belong to no server which should have them."""
        return find_orphans(self.parts)

    def drift(self) -> Drift:
        """What differs on hosts and in placement from what is written."""
        return find_drift(self.parts)

    def _guest_is_told(self, event: OutsideAddressChanged | ServerPortChanged) -> None:
        """By which addresses it is known; and its host is told how to guard its cards."""
        if self.parts.store.servers.find(ServerId(event.server_id)) is not None:
            self.parts.runs.supersede(tell_guest, teller_of(event.server_id), ServerId(event.server_id), new_hex())

    def _port_changed(self, event: PortStatusChanged) -> None:
        """Whoever builds the server of the port looks again."""
        if event.device_id:
            self.parts.runs.wake(event.device_id)
