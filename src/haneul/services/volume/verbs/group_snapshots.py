"""Snapshots of whole groups."""

from __future__ import annotations

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.volume.model import FAILED, Group, GroupSnapshot, Snapshot, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import EVERYTHING, Listed, ListWish, Verbs, asked_by, require_status
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.workflows.snapshots import create_group_snapshot, delete_group_snapshot


def declared(status: str) -> Status:
    """The status of that name. Raises Invalid("group.bad_status")."""
    try:
        return Status(status)
    except ValueError as error:
        raise Invalid("group.bad_status", f"There is no status {status}: name available or error.") from error


class GroupSnapshots(Verbs):
    def create(self, caller: Caller, group_id: str, name: str | None, description: str | None) -> GroupSnapshot:
        """A snapshot of each volume. Raises Invalid("group.empty")."""
        with self._parts.db.write():
            group = self._own(caller, self._store.groups, group_id, "group:create_group_snapshot")
            require_status("group", group, "snapshot it", {Status.AVAILABLE})
            volumes = self._store.volumes.list(Wanted({"group_id": group_id}))
            if not volumes:
                raise Invalid("group.empty", f"Group {group_id} has no volumes: put some in first.")
            made = self._planned(caller, group, name, description)
            self._store.group_snapshots.add(made)
            for volume in volumes:
                self._add(made, volume)
            self._parts.runs.submit(create_group_snapshot, made.id, made.id, asked_by(caller))
        return made

    def _planned(self, caller: Caller, group: Group, name: str | None, description: str | None) -> GroupSnapshot:
        return GroupSnapshot(
            id=new_uuid(),
            group_id=group.id,
            project_id=group.project_id,
            user_id=caller.user_id,
            status=Status.CREATING,
            type_id=group.type_id,
            created_at=self._parts.clock.now(),
            name=name,
            description=description,
        )

    def _add(self, made: GroupSnapshot, volume: Volume) -> None:
        require_status("volume", volume, "snapshot it", {Status.AVAILABLE, Status.IN_USE})
        kind = self._store.types.find(volume.type_id) if volume.type_id else None
        require_room(self._store, volume.project_id, kind, {"snapshots": 1, "gigabytes": volume.size_gib})
        now = self._parts.clock.now()
        self._store.snapshots.add(
            Snapshot(
                id=new_uuid(),
                volume_id=volume.id,
                project_id=volume.project_id,
                user_id=made.user_id,
                status=Status.CREATING,
                size_gib=volume.size_gib,
                created_at=now,
                updated_at=now,
                name=made.name,
                description=made.description,
                group_snapshot_id=made.id,
            )
        )

    def get(self, caller: Caller, group_snapshot_id: str) -> GroupSnapshot:
        return self._own(caller, self._store.group_snapshots, group_snapshot_id, "group:get_group_snapshot")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.group_snapshots, "group:get_all_group_snapshots", wish)

    def delete(self, caller: Caller, group_snapshot_id: str) -> None:
        with self._parts.db.write():
            found = self._own(caller, self._store.group_snapshots, group_snapshot_id, "group:delete_group_snapshot")
            require_status("group snapshot", found, "delete it", FAILED | {Status.AVAILABLE})
            if self._store.groups.count(Wanted({"group_snapshot_id": group_snapshot_id, "status": "creating"})):
                message = f"A group is being made of group snapshot {group_snapshot_id}: wait until it is there."
                raise Conflict("group_snapshot.wrong_status", message)
            self._store.group_snapshots.change(group_snapshot_id, status=Status.DELETING)
            for snapshot in self._store.snapshots.list(Wanted({"group_snapshot_id": group_snapshot_id})):
                self._store.snapshots.change(snapshot.id, status=Status.DELETING)
            asked = asked_by(caller)
            self._parts.runs.supersede(delete_group_snapshot, group_snapshot_id, group_snapshot_id, asked)

    def reset_status(self, caller: Caller, group_snapshot_id: str, status: str) -> None:
        self._own(caller, self._store.group_snapshots, group_snapshot_id, "group:reset_group_snapshot_status")
        self._store.group_snapshots.change(group_snapshot_id, status=declared(status))
