"""A volume goes: with it its snapshots, if that was asked for; its data first and last its row."""

from __future__ import annotations

from haneul.hostapi import VolumePlace
from haneul.kit.errors import Unavailable
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import Wanted
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.failures import volume_failed
from haneul.services.volume.workflows.places import place_of, place_of_snapshot

DEADLINE_S = 300.0


@workflow
def delete_volume(run: Run, volume_id: str, asked_by: AskedBy) -> None:
    """No step has an undo: what is removed stays removed, and the next attempt finds it done."""
    run.on_failure(mark_undeleted, volume_id, asked_by)
    for snapshot_id in run.step(its_snapshots, volume_id):
        run.wait(snapshot_gone, snapshot_id, deadline_s=DEADLINE_S)
        run.step(bury_snapshot, snapshot_id)
    run.wait(data_gone, volume_id, deadline_s=DEADLINE_S)
    run.step(bury_volume, volume_id)


def its_snapshots(parts: Parts, volume_id: str) -> tuple[str, ...]:
    """Those that the verb has marked to go with it."""
    mine = Wanted({"volume_id": volume_id, "status": Status.DELETING.value})
    return tuple(snapshot.id for snapshot in parts.store.snapshots.list(mine))


def snapshot_gone(parts: Parts, snapshot_id: str) -> bool:
    snapshot = parts.store.snapshots.find(snapshot_id)
    volume = None if snapshot is None else parts.store.volumes.find(snapshot.volume_id)
    if snapshot is None or volume is None or volume.host_id is None:
        return True
    return removed_from(parts, volume.host_id, place_of_snapshot(snapshot, volume))


def bury_snapshot(parts: Parts, snapshot_id: str) -> None:
    parts.store.snapshots.remove(snapshot_id)


def data_gone(parts: Parts, volume_id: str) -> bool:
    volume = parts.store.volumes.find(volume_id)
    if volume is None or volume.host_id is None:
        return True
    return removed_from(parts, volume.host_id, place_of(volume))


def bury_volume(parts: Parts, volume_id: str) -> None:
    parts.store.volumes.remove(volume_id)


def mark_undeleted(parts: Parts, volume_id: str, asked_by: AskedBy, fault: Fault) -> None:
    """ERROR_DELETING: it may be deleted again."""
    with parts.db.write():
        volume = parts.store.volumes.find(volume_id)
        if volume is None:
            return
        parts.store.volumes.change(volume_id, status=Status.ERROR_DELETING)
        for snapshot_id in its_snapshots(parts, volume_id):
            parts.store.snapshots.change(snapshot_id, status=Status.ERROR_DELETING)
        volume_failed(parts, volume_id, asked_by, fault, status=Status.ERROR_DELETING)


def removed_from(parts: Parts, host_id: str, place: VolumePlace) -> bool:
    """True once it is gone, or its host is away: then it is cleared away when the host is back."""
    try:
        parts.hosts.remove_volume(host_id, place)
    except Unavailable as error:
        if error.code != "host.away":
            raise
    return True
