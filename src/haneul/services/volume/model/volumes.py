"""Volumes: what they are, the states they may be in and the moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

VolumeId = NewType("VolumeId", str)


class Status(StrEnum):
    """How a volume, a snapshot, a backup or a group is: OpenStack's words."""

    CREATING = "creating"
    AVAILABLE = "available"
    RESERVED = "reserved"
    ATTACHING = "attaching"
    DETACHING = "detaching"
    IN_USE = "in-use"
    MAINTENANCE = "maintenance"
    UPDATING = "updating"
    DELETING = "deleting"
    EXTENDING = "extending"
    REVERTING = "reverting"
    RETYPING = "retyping"
    DOWNLOADING = "downloading"
    UPLOADING = "uploading"
    BACKING_UP = "backing-up"
    RESTORING = "restoring-backup"
    RESTORED_FROM = "restoring"
    """Of a backup whose data are being read."""
    AWAITING_TRANSFER = "awaiting-transfer"
    ERROR = "error"
    ERROR_DELETING = "error_deleting"
    ERROR_EXTENDING = "error_extending"
    ERROR_BACKING_UP = "error_backing-up"
    ERROR_RESTORING = "error_restoring"


_S = Status
FAILED = frozenset({_S.ERROR, _S.ERROR_EXTENDING, _S.ERROR_BACKING_UP, _S.ERROR_RESTORING, _S.ERROR_DELETING})
RESTING = frozenset({_S.AVAILABLE, _S.IN_USE, _S.MAINTENANCE, _S.AWAITING_TRANSFER}) | FAILED
"""Nobody is at work on it."""

ATTACH_FAMILY = frozenset({_S.AVAILABLE, _S.RESERVED, _S.ATTACHING, _S.IN_USE, _S.DETACHING})
"""They follow from the volume's attachments, whose changes lead from each to each."""

_BUSY_FROM_AVAILABLE = frozenset(
    {
        _S.RESERVED,
        _S.ATTACHING,
        _S.IN_USE,
        _S.DELETING,
        _S.EXTENDING,
        _S.REVERTING,
        _S.DOWNLOADING,
        _S.RETYPING,
        _S.UPLOADING,
        _S.BACKING_UP,
        _S.RESTORING,
        _S.AWAITING_TRANSFER,
        _S.MAINTENANCE,
        _S.ERROR,
    }
)

_FROM_FAILED = frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR, _S.DELETING, _S.EXTENDING, _S.RESTORING, _S.DOWNLOADING})

MOVES: dict[Status, frozenset[Status]] = {
    _S.CREATING: frozenset({_S.AVAILABLE, _S.DOWNLOADING, _S.DELETING, _S.ERROR, _S.RESTORING}),
    _S.DOWNLOADING: frozenset({_S.IN_USE, _S.AVAILABLE, _S.RESERVED, _S.DELETING, _S.ERROR}),
    _S.AVAILABLE: _BUSY_FROM_AVAILABLE,
    _S.RESERVED: frozenset(
        {_S.AVAILABLE, _S.ATTACHING, _S.IN_USE, _S.DOWNLOADING, _S.MAINTENANCE, _S.ERROR, _S.DELETING}
    ),
    _S.ATTACHING: frozenset({_S.AVAILABLE, _S.RESERVED, _S.IN_USE, _S.ERROR, _S.DELETING}),
    _S.IN_USE: frozenset(
        {
            _S.AVAILABLE,
            _S.DETACHING,
            _S.RESERVED,
            _S.ATTACHING,
            _S.EXTENDING,
            _S.UPLOADING,
            _S.BACKING_UP,
            _S.RETYPING,
            _S.MAINTENANCE,
            _S.ERROR,
            _S.DELETING,
        }
    ),
    _S.DETACHING: frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR, _S.DELETING, _S.RESERVED}),
    _S.EXTENDING: frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR_EXTENDING, _S.DELETING}),
    _S.REVERTING: frozenset({_S.AVAILABLE, _S.ERROR, _S.DELETING}),
    _S.RETYPING: frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR, _S.DELETING}),
    _S.UPLOADING: frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR, _S.DELETING}),
    _S.BACKING_UP: frozenset({_S.AVAILABLE, _S.IN_USE, _S.ERROR_BACKING_UP, _S.DELETING}),
    _S.RESTORING: frozenset({_S.AVAILABLE, _S.ERROR_RESTORING, _S.DELETING}),
    _S.AWAITING_TRANSFER: frozenset({_S.AVAILABLE, _S.DELETING}),
    _S.MAINTENANCE: frozenset({_S.AVAILABLE, _S.RESERVED, _S.IN_USE, _S.ERROR, _S.DELETING}),
    _S.UPDATING: frozenset({_S.AVAILABLE, _S.ERROR, _S.DELETING}),
    _S.DELETING: frozenset({_S.ERROR_DELETING}),
    **dict.fromkeys(FAILED, _FROM_FAILED),
}
"""From each status, those that it may change to. DELETING ends with the row itself, or in ERROR_DELETING.

An administrator may declare any of them (`reset_status`): that is no move.
"""


def may_move(old: Status, new: Status) -> bool:
    return old is new or new in MOVES[old] or (old in ATTACH_FAMILY and new in ATTACH_FAMILY)


@dataclass(frozen=True)
class Volume:
    """A disk of a project, with a life of its own."""

    id: str
    project_id: str
    user_id: str
    status: Status
    size_gib: int
    created_at: datetime
    updated_at: datetime
    name: str | None = None
    description: str | None = None
    type_id: str | None = None
    zone: str = ""
    host_id: str | None = None
    """On which host it lies; None until that is decided."""
    backend: str = ""
    """In which of the host's places for volumes."""
    is_bootable: bool = False
    is_multiattach: bool = False
    is_readonly: bool | None = None
    snapshot_id: str | None = None
    source_id: str | None = None
    """The volume that it was cloned from."""
    image_id: str | None = None
    backup_id: str | None = None
    image_metadata: Mapping[str, str] | None = None
    """What the image that it began as said of itself, and what was added since."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    group_id: str | None = None
    migration_status: str | None = None
    consumes_quota: bool = True
    is_encrypted: bool = False
    key_id: str | None = None
    number: int = 0
    """Counts volumes in the order of their creation."""


class AttachStatus(StrEnum):
    RESERVED = "reserved"
    ATTACHING = "attaching"
    ATTACHED = "attached"
    DETACHING = "detaching"
    ERROR = "error_attaching"


@dataclass(frozen=True)
class Attachment:
    """A volume at a server, or on its way there."""

    id: str
    volume_id: str
    project_id: str
    server_id: str | None
    status: AttachStatus
    created_at: datetime
    host_name: str | None = None
    device: str | None = None
    mode: str | None = None
    """rw or ro; None until it is connected."""
    connector: Mapping[str, object] | None = None
    attached_at: datetime | None = None


@dataclass(frozen=True)
class Snapshot:
    """A volume as it was at one moment."""

    id: str
    volume_id: str
    project_id: str
    user_id: str
    status: Status
    size_gib: int
    created_at: datetime
    updated_at: datetime
    name: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    group_snapshot_id: str | None = None
    consumes_quota: bool = True
    progress: str = "0%"
    number: int = 0
