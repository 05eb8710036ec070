"""The nouns of compute: pure, frozen, without a thought of databases or hosts."""

from haneul.services.compute.model.actions import ALLOWED
from haneul.services.compute.model.aggregates import ZONE_KEY, Aggregate, Zone
from haneul.services.compute.model.consoles import ConsoleGrant, ConsoleKind
from haneul.services.compute.model.flavors import NO_LIMIT, Flavor, FlavorSnapshot
from haneul.services.compute.model.groups import GroupPolicy, ServerGroup
from haneul.services.compute.model.hosts import Host, HostGlance, HostId, Hypervisor, JoinGrant
from haneul.services.compute.model.keypairs import Keypair, KeyType
from haneul.services.compute.model.local_disks import FILE_SYSTEMS, SWAP, LocalDisk, ephemeral_mib, is_local, sized_for
from haneul.services.compute.model.moves import ChosenPlace, Move, MoveKind, MoveOrder, MoveStatus
from haneul.services.compute.model.quotas import DEFAULT_LIMITS, Limits, QuotaKey, Usage
from haneul.services.compute.model.servers import (
    MOVES,
    Fault,
    InjectedFile,
    Lock,
    PlannedNic,
    Rescue,
    Server,
    ServerBirth,
    ServerId,
    ServerState,
    Task,
    WantedNic,
    may_move,
)
from haneul.services.compute.model.volumes import DiskSource, PlannedDisk, ServerVolume, WantedDisk

__all__ = [
    "ALLOWED",
    "DEFAULT_LIMITS",
    "FILE_SYSTEMS",
    "MOVES",
    "NO_LIMIT",
    "SWAP",
    "ZONE_KEY",
    "Aggregate",
    "ChosenPlace",
    "ConsoleGrant",
    "ConsoleKind",
    "DiskSource",
    "Fault",
    "Flavor",
    "FlavorSnapshot",
    "GroupPolicy",
    "Host",
    "HostGlance",
    "HostId",
    "Hypervisor",
    "InjectedFile",
    "JoinGrant",
    "KeyType",
    "Keypair",
    "Limits",
    "LocalDisk",
    "Lock",
    "Move",
    "MoveKind",
    "MoveOrder",
    "MoveStatus",
    "PlannedDisk",
    "PlannedNic",
    "QuotaKey",
    "Rescue",
    "Server",
    "ServerBirth",
    "ServerGroup",
    "ServerId",
    "ServerState",
    "ServerVolume",
    "Task",
    "Usage",
    "WantedDisk",
    "WantedNic",
    "Zone",
    "ephemeral_mib",
    "is_local",
    "may_move",
    "sized_for",
]
