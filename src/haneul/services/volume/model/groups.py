"""Groups of volumes, and what passes from one project to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haneul.services.volume.model.volumes import Status


@dataclass(frozen=True)
class Group:
    """Volumes that are snapshotted together."""

    id: str
    project_id: str
    user_id: str
    status: Status
    type_id: str
    created_at: datetime
    name: str | None = None
    description: str | None = None
    zone: str = ""
    volume_type_ids: tuple[str, ...] = ()
    group_snapshot_id: str | None = None
    source_group_id: str | None = None
    number: int = 0


@dataclass(frozen=True)
class GroupSnapshot:
    """A snapshot of each volume of a group."""

    id: str
    group_id: str
    project_id: str
    user_id: str
    status: Status
    type_id: str
    created_at: datetime
    name: str | None = None
    description: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Transfer:
    """An offer of a volume to whoever knows the key."""

    id: str
    volume_id: str
    project_id: str
    created_at: datetime
    key_hash: str
    """SHA-256 of the key, in hexadecimal."""
    name: str | None = None
    leaves_snapshots: bool = False
    is_accepted: bool = False
    destination_project_id: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Message:
    """Why long work failed, in words for whom it was done."""

    id: str
    project_id: str
    event_id: str
    text: str
    resource_type: str
    resource_id: str
    request_id: str
    created_at: datetime
    guaranteed_until: datetime
    level: str = "ERROR"
    number: int = 0
