"""Backups: volumes' data kept elsewhere, in pieces that are kept once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from haneul.services.volume.model.volumes import Status


@dataclass(frozen=True)
class Backup:
    id: str
    volume_id: str
    project_id: str
    user_id: str
    status: Status
    size_gib: int
    created_at: datetime
    updated_at: datetime
    data_at: datetime
    """When the data was so."""
    name: str | None = None
    description: str | None = None
    container: str | None = None
    zone: str | None = None
    snapshot_id: str | None = None
    is_incremental: bool = False
    parent_id: str | None = None
    fail_reason: str | None = None
    object_count: int = 0
    """Pieces that this backup added to the store."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_encrypted: bool = False
    number: int = 0
