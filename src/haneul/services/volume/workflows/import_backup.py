"""A backup is made known again."""

from __future__ import annotations

from haneul.kit.errors import Invalid
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.failures import tell


@workflow
def import_backup(run: Run, backup_id: str, data_id: str, asked_by: AskedBy) -> None:
    """Its data lie in the store of backups as those of `data_id`."""
    run.on_failure(mark_not_imported, backup_id, asked_by)
    run.step(take_list, backup_id, data_id, undo=forget_taken)
    run.step(mark_imported, backup_id)


def take_list(parts: Parts, backup_id: str, data_id: str) -> None:
    """Both then consist of the same pieces, each kept as long as one needs it."""
    pieces = parts.backups.find(data_id)
    if pieces is None:
        raise Invalid(
            "backup.not_there", f"The store of backups holds no data of backup {data_id}: bring them there first."
        )
    needed = [piece for piece in pieces if piece]
    missing = set(needed) - parts.backups.has(needed)
    if missing:
        raise Invalid(
            "backup.not_there", f"{len(missing)} pieces of backup {data_id} are missing: bring them there first."
        )
    if data_id != backup_id:
        parts.backups.keep(backup_id, pieces)


def forget_taken(parts: Parts, backup_id: str, data_id: str) -> None:
    if data_id != backup_id:
        parts.backups.remove(backup_id)


def mark_imported(parts: Parts, backup_id: str) -> None:
    """No undo: nothing follows."""
    parts.store.backups.change(backup_id, status=Status.AVAILABLE, updated_at=parts.clock.now())


def mark_not_imported(parts: Parts, backup_id: str, asked_by: AskedBy, fault: Fault) -> None:
    """ERROR, and says why; its owner is told."""
    with parts.db.write():
        if parts.store.backups.find(backup_id) is None:
            return
        parts.store.backups.change(backup_id, status=Status.ERROR, fail_reason=fault.message)
        if parts.store.messages.find(asked_by.message_id) is None:
            tell(parts, ("VOLUME_BACKUP", backup_id), asked_by, fault)
