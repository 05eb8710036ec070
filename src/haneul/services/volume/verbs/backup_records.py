"""Backups made known again: by a record of what was known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from haneul.kit.errors import Invalid
from haneul.kit.policy import Caller
from haneul.services.volume.model import Backup, Status
from haneul.services.volume.verbs.base import Verbs, asked_by, check_metadata, require_status
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.workflows.import_backup import import_backup


@dataclass(frozen=True)
class BackupRecord:
    """A backup as it was told elsewhere, or before the database was lost."""

    id: str
    data_id: str
    """Under which its data are kept."""
    volume_id: str
    size_gib: int
    data_at: datetime
    name: str | None = None
    description: str | None = None
    container: str | None = None
    object_count: int = 0
    is_incremental: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


class BackupRecords(Verbs):
    def export(self, caller: Caller, backup_id: str) -> Backup:
        """Raises Conflict unless it is available."""
        backup = self._own(caller, self._store.backups, backup_id, "backup:export")
        require_status("backup", backup, "export it", {Status.AVAILABLE})
        return backup

    def import_record(self, caller: Caller, record: BackupRecord) -> Backup:
        """It becomes the caller's, once its data are found. Raises Invalid("backup.exists"), OverQuota."""
        self._require(caller, "backup:import", caller.project_id)
        check_metadata(record.metadata)
        now = self._parts.clock.now()
        backup = Backup(
            id=record.id,
            volume_id=record.volume_id,
            project_id=caller.project_id,
            user_id=caller.user_id,
            status=Status.CREATING,
            size_gib=record.size_gib,
            created_at=now,
            updated_at=now,
            data_at=record.data_at,
            name=record.name,
            description=record.description,
            container=record.container,
            zone=self._parts.tuning.zone,
            is_incremental=record.is_incremental,
            object_count=record.object_count,
            metadata=dict(record.metadata),
        )
        with self._parts.db.write():
            if self._store.backups.find(record.id) is not None:
                raise Invalid("backup.exists", f"Backup {record.id} is known already: delete it before you import it.")
            require_room(self._store, caller.project_id, None, {"backups": 1, "backup_gigabytes": backup.size_gib})
            self._store.backups.add(backup)
            self._parts.runs.submit(import_backup, backup.id, backup.id, record.data_id, asked_by(caller))
        return backup
