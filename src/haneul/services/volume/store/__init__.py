"""Rows in, rows out: the only SQL of block storage."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from haneul.kit.db import Database
from haneul.services.volume.model import (
    Attachment,
    Backup,
    Group,
    GroupSnapshot,
    GroupType,
    Message,
    Qos,
    Transfer,
)
from haneul.services.volume.store import tables
from haneul.services.volume.store.quotas import QuotaStore
from haneul.services.volume.store.rows import ALL_OF_IT, EVERYTHING, Rows, Wanted
from haneul.services.volume.store.services import ServiceStore
from haneul.services.volume.store.tables import METADATA
from haneul.services.volume.store.types import TypeStore
from haneul.services.volume.store.volumes import SnapshotRows, VolumeRows

__all__ = ["ALL_OF_IT", "EVERYTHING", "METADATA", "Rows", "VolumeStore", "Wanted"]


class VolumeStore:
    """One attribute per noun."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.volumes = VolumeRows(db)
        self.snapshots = SnapshotRows(db)
        self.attachments = Rows(db, tables.attachments, Attachment, "attachment")
        self.types = TypeStore(db)
        self.qos = Rows(db, tables.qos_specs, Qos, "qos spec")
        self.backups = Rows(db, tables.backups, Backup, "backup")
        self.transfers = Rows(db, tables.transfers, Transfer, "transfer")
        self.group_types = Rows(db, tables.group_types, GroupType, "group type")
        self.groups = Rows(db, tables.groups, Group, "group")
        self.group_snapshots = Rows(db, tables.group_snapshots, GroupSnapshot, "group snapshot")
        self.messages = Rows(db, tables.messages, Message, "message")
        self.services = ServiceStore(db)
        self.quotas = QuotaStore(db)

    def forget_messages(self, now: datetime) -> None:
        """Those that are not promised to be kept any more."""
        with self.db.write() as c:
            c.execute(delete(tables.messages).where(tables.messages.c.guaranteed_until < now))
