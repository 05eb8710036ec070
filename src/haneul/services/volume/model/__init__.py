"""The nouns of block storage, by what they are about."""

from haneul.services.volume.model.backups import Backup
from haneul.services.volume.model.capabilities import CAPABILITIES, unmet
from haneul.services.volume.model.groups import Group, GroupSnapshot, Message, Transfer
from haneul.services.volume.model.places import Pool, ServiceMark, ServiceView
from haneul.services.volume.model.quotas import DEFAULT_LIMITS, NO_LIMIT, PER_TYPE, QuotaView
from haneul.services.volume.model.types import (
    BACKEND_NAME,
    DEFAULT_TYPE,
    DefaultType,
    Encryption,
    GroupType,
    Qos,
    VolumeType,
)
from haneul.services.volume.model.volumes import (
    ATTACH_FAMILY,
    FAILED,
    MOVES,
    RESTING,
    Attachment,
    AttachStatus,
    Snapshot,
    Status,
    Volume,
    VolumeId,
    may_move,
)

__all__ = [
    "ATTACH_FAMILY",
    "BACKEND_NAME",
    "CAPABILITIES",
    "DEFAULT_LIMITS",
    "DEFAULT_TYPE",
    "FAILED",
    "MOVES",
    "NO_LIMIT",
    "PER_TYPE",
    "RESTING",
    "AttachStatus",
    "Attachment",
    "Backup",
    "DefaultType",
    "Encryption",
    "Group",
    "GroupSnapshot",
    "GroupType",
    "Message",
    "Pool",
    "Qos",
    "QuotaView",
    "ServiceMark",
    "ServiceView",
    "Snapshot",
    "Status",
    "Transfer",
    "Volume",
    "VolumeId",
    "VolumeType",
    "may_move",
    "unmet",
]
