"""A group goes with the volumes in it."""

from __future__ import annotations

from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import Wanted
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.delete_volume import bury_volume, data_gone

DEADLINE_S = 300.0


@workflow
def delete_group(run: Run, group_id: str, asked_by: AskedBy) -> None:
    """No undo: what is removed stays removed."""
    run.on_failure(mark_group_kept, group_id)
    for volume_id in run.step(its_volumes, group_id):
        run.wait(data_gone, volume_id, deadline_s=DEADLINE_S)
        run.step(bury_volume, volume_id)
    run.step(bury_group, group_id)


def its_volumes(parts: Parts, group_id: str) -> tuple[str, ...]:
    return tuple(volume.id for volume in parts.store.volumes.list(Wanted({"group_id": group_id})))


def bury_group(parts: Parts, group_id: str) -> None:
    parts.store.groups.remove(group_id)


def mark_group_kept(parts: Parts, group_id: str, fault: Fault) -> None:
    """ERROR, and ERROR_DELETING for the volumes that are left: it may be deleted again."""
    with parts.db.write():
        parts.store.groups.change(group_id, status=Status.ERROR)
        for volume_id in its_volumes(parts, group_id):
            parts.store.volumes.change(volume_id, status=Status.ERROR_DELETING)
