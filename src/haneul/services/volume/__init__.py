"""Block storage: volumes, which live on when their servers go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haneul.kit.drift import Drift
from haneul.kit.upkeep import Loop
from haneul.services.volume.driver import BackupStore, HostRooms, ReadStream, VolumeHosts
from haneul.services.volume.model import (
    CAPABILITIES,
    DEFAULT_TYPE,
    Attachment,
    AttachStatus,
    Backup,
    DefaultType,
    Encryption,
    Group,
    GroupSnapshot,
    GroupType,
    Message,
    Pool,
    Qos,
    QuotaView,
    ServiceView,
    Snapshot,
    Status,
    Transfer,
    Volume,
    VolumeType,
)
from haneul.services.volume.parts import Parts, Tuning
from haneul.services.volume.policy import RULES
from haneul.services.volume.store import METADATA, VolumeStore
from haneul.services.volume.upkeep.drift import find_drift
from haneul.services.volume.upkeep.leftovers import EVERY_S, Orphan, Sweeper, find_orphans
from haneul.services.volume.verbs.actions import ImageWish
from haneul.services.volume.verbs.admin import Adoption, Manageable
from haneul.services.volume.verbs.attachments import Attachments, Connection
from haneul.services.volume.verbs.backup_records import BackupRecord, BackupRecords
from haneul.services.volume.verbs.backups import Backups, NewBackup
from haneul.services.volume.verbs.base import Listed, ListWish
from haneul.services.volume.verbs.creating import NewVolume
from haneul.services.volume.verbs.following import Following
from haneul.services.volume.verbs.group_snapshots import GroupSnapshots
from haneul.services.volume.verbs.groups import Groups, GroupSource, GroupTypes, NewGroup
from haneul.services.volume.verbs.messages import Messages
from haneul.services.volume.verbs.qos import QosVerbs
from haneul.services.volume.verbs.quotas import Quotas
from haneul.services.volume.verbs.services import Services
from haneul.services.volume.verbs.snapshots import NewSnapshot, Snapshots
from haneul.services.volume.verbs.transfers import Transfers
from haneul.services.volume.verbs.types import Types, TypeView, ensure_default_type
from haneul.services.volume.verbs.volumes import Volumes, VolumeView
from haneul.services.volume.workflows import WORKFLOWS
from haneul.services.volume.workflows.streams import read_stream

__all__ = [
    "CAPABILITIES",
    "DEFAULT_TYPE",
    "METADATA",
    "RULES",
    "Adoption",
    "AttachStatus",
    "Attachment",
    "Backup",
    "BackupRecord",
    "BackupStore",
    "BlockStorage",
    "Connection",
    "DefaultType",
    "Encryption",
    "Group",
    "GroupSnapshot",
    "GroupSource",
    "GroupType",
    "HostRooms",
    "ImageWish",
    "ListWish",
    "Listed",
    "Manageable",
    "Message",
    "NewBackup",
    "NewGroup",
    "NewSnapshot",
    "NewVolume",
    "Orphan",
    "Parts",
    "Pool",
    "Qos",
    "QuotaView",
    "ReadStream",
    "ServiceView",
    "Snapshot",
    "Status",
    "Transfer",
    "Tuning",
    "TypeView",
    "Volume",
    "VolumeHosts",
    "VolumeStore",
    "VolumeType",
    "VolumeView",
]


class BlockStorage:
    """The face of the volume service."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.volumes = Volumes(parts)
        self.snapshots = Snapshots(parts)
        self.attachments = Attachments(parts)
        self.following = Following(parts)
        self.types = Types(parts)
        self.qos = QosVerbs(parts)
        self.backups = Backups(parts)
        self.backup_records = BackupRecords(parts)
        self.transfers = Transfers(parts)
        self.group_types = GroupTypes(parts)
        self.groups = Groups(parts)
        self.group_snapshots = GroupSnapshots(parts)
        self.messages = Messages(parts)
        self.quotas = Quotas(parts)
        self.services = Services(parts)
        self.workflows: tuple[Callable[..., Any], ...] = WORKFLOWS
        sweeper = Sweeper(parts)
        self.upkeep = (
            Loop("volume.leftovers", EVERY_S, sweeper.look),
            Loop("volume.messages", 3600.0, sweeper.forget_messages),
            Loop("volume.backups", 3600.0, sweeper.sweep_backups),
        )

    def start(self) -> None:
        """What shall be so before the first request: a type that every volume may have, and data for hosts."""
        ensure_default_type(self.parts)
        self.parts.hosts.start(partial(read_stream, self.parts))

    def leftovers(self) -> list[Orphan]:
        """Files in places for volumes that are no volume, no snapshot and no copy under way."""
        return find_orphans(self.parts)

    def drift(self) -> Drift:
        """What differs in places for volumes from what is written."""
        return find_drift(self.parts)
