"""Groups of volumes, their types and their snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.volume.model import FAILED, Group, GroupType, Snapshot, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import (
    EVERYTHING,
    NEWEST_FIRST,
    Listed,
    ListWish,
    Verbs,
    asked_by,
    require_status,
)
from haneul.services.volume.verbs.creating import CreatingVerbs, NewVolume
from haneul.services.volume.verbs.group_snapshots import declared
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.verbs.types import visible_type
from haneul.services.volume.workflows.delete_group import delete_group


class GroupTypes(Verbs):
    def list(self, caller: Caller, wish: ListWish = EVERYTHING, is_public: bool | None = True) -> Sequence[GroupType]:
        """The public ones; administrators say with `is_public` which."""
        equals: dict[str, Any] = dict(wish.equals)
        if not caller.is_admin:
            is_public = True
        if is_public is not None:
            equals["is_public"] = is_public
        page = Page(wish.page.limit, wish.page.marker, wish.page.sort or NEWEST_FIRST)
        return self._store.group_types.list(Wanted(equals), page, wish.offset)

    def get(self, caller: Caller, type_id: str) -> GroupType:
        found = self._store.group_types.find(type_id)
        if found is None or not (found.is_public or caller.is_admin):
            raise self._store.group_types.absent(type_id)
        return found

    def shows_specs(self, caller: Caller) -> bool:
        return self._may(caller, "group:access_group_types_specs", caller.project_id)

    def create(self, caller: Caller, new: GroupType) -> GroupType:
        """`new.id` and its time are filled in. Raises Conflict("group_type.exists")."""
        self._require(caller, "group:group_types:create")
        made = replace(new, id=new_uuid(), created_at=self._parts.clock.now())
        with self._parts.db.write():
            if self._store.group_types.find_by(name=new.name) is not None:
                raise Conflict("group_type.exists", f"Group Type {new.name} already exists: choose another name.")
            self._store.group_types.add(made)
        return made

    def update(self, caller: Caller, type_id: str, changes: Mapping[str, Any]) -> GroupType:
        self._require(caller, "group:group_types:update")
        with self._parts.db.write():
            kind = self._store.group_types.get(type_id)
            other = self._store.group_types.find_by(name=changes.get("name", kind.name))
            if other is not None and other.id != type_id:
                raise Conflict("group_type.exists", f"Group Type {other.name} already exists: choose another name.")
            self._store.group_types.change(type_id, **changes)
        return self._store.group_types.get(type_id)

    def delete(self, caller: Caller, type_id: str) -> None:
        """Raises Conflict("group_type.in_use")."""
        self._require(caller, "group:group_types:delete")
        with self._parts.db.write():
            kind = self._store.group_types.get(type_id)
            if self._store.groups.count(Wanted({"type_id": type_id})):
                raise Conflict("group_type.in_use", f"Group type {kind.name} has groups: delete those first.")
            self._store.group_types.remove(type_id)

    def specs(self, caller: Caller, type_id: str) -> Mapping[str, str]:
        self._require(caller, "group:group_types_specs:get_all")
        return self._store.group_types.get(type_id).specs

    def spec(self, caller: Caller, type_id: str, key: str) -> str:
        """Raises NotFound("group_type.no_spec")."""
        self._require(caller, "group:group_types_specs:get")
        specs = self._store.group_types.get(type_id).specs
        if key not in specs:
            raise NotFound("group_type.no_spec", f"Group Type {type_id} has no specs with key {key}.")
        return specs[key]

    def set_specs(self, caller: Caller, type_id: str, specs: Mapping[str, str], rule: str = "create") -> None:
        self._require(caller, f"group:group_types_specs:{rule}")
        with self._parts.db.write():
            kind = self._store.group_types.get(type_id)
            self._store.group_types.change(type_id, specs={**kind.specs, **specs})

    def remove_spec(self, caller: Caller, type_id: str, key: str) -> None:
        """Raises NotFound("group_type.no_spec")."""
        self._require(caller, "group:group_types_specs:delete")
        with self._parts.db.write():
            kind = self._store.group_types.get(type_id)
            if key not in kind.specs:
                raise NotFound("group_type.no_spec", f"Group Type {type_id} has no specs with key {key}.")
            kept = {name: value for name, value in kind.specs.items() if name != key}
            self._store.group_types.change(type_id, specs=kept)


@dataclass(frozen=True)
class NewGroup:
    type: str
    """A group type's id or name."""
    volume_types: tuple[str, ...] = ()
    name: str | None = None
    description: str | None = None
    zone: str = ""


@dataclass(frozen=True)
class GroupSource:
    """What a group is made from: one of the two."""

    group_snapshot_id: str = ""
    group_id: str = ""


class Groups(Verbs):
    def create(self, caller: Caller, new: NewGroup) -> Group:
        """Raises NotFound for a type that is not there, Invalid("group.no_types"), OverQuota."""
        self._require(caller, "group:create")
        kind = self._type(new.type)
        if not new.volume_types:
            raise Invalid("group.no_types", "Say of which volume types the group's volumes are.")
        if new.zone and new.zone != self._parts.tuning.zone:
            raise Invalid("volume.no_zone", f"Availability zone '{new.zone}' is invalid: choose one that is listed.")
        with self._parts.db.write():
            types = tuple(visible_type(self._store, caller, name).id for name in new.volume_types)
            group = self._planned(caller, new.name, new.description, kind.id, types)
            self._store.groups.add(group)
        return group

    def create_from(self, caller: Caller, name: str | None, description: str | None, source: GroupSource) -> Group:
        """A group with a copy of each volume of another one, or of its snapshot."""
        self._require(caller, "group:create")
        with self._parts.db.write():
            if source.group_snapshot_id:
                taken = self._own(
                    caller, self._store.group_snapshots, source.group_snapshot_id, "group:get_group_snapshot"
                )
                require_status("group snapshot", taken, "make a group of it", {Status.AVAILABLE})
                origin = self._store.groups.get(taken.group_id)
            else:
                origin = self._own(caller, self._store.groups, source.group_id, "group:get")
            made = replace(
                self._planned(caller, name, description, origin.type_id, origin.volume_type_ids),
                group_snapshot_id=source.group_snapshot_id or None,
                source_group_id=source.group_id or None,
            )
            self._store.groups.add(made)
            for wish in self._copies(source, origin, made):
                CreatingVerbs(self._parts).create(caller, wish)
        return made

    def _copies(self, source: GroupSource, origin: Group, made: Group) -> Sequence[NewVolume]:
        if source.group_snapshot_id:
            taken: Sequence[Snapshot] = self._store.snapshots.list(
                Wanted({"group_snapshot_id": source.group_snapshot_id})
            )
            return [NewVolume(snapshot_id=each.id, group_id=made.id) for each in taken]
        return [NewVolume(source_id=each.id, group_id=made.id) for each in self._members(origin.id)]

    def get(self, caller: Caller, group_id: str) -> Group:
        return self._own(caller, self._store.groups, group_id, "group:get")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.groups, "group:get_all", wish)

    def volumes(self, group_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The ids of the volumes in each group, in one query."""
        found: dict[str, list[str]] = {}
        for volume in self._store.volumes.list(Wanted({"group_id": tuple(group_ids)})) if group_ids else ():
            found.setdefault(str(volume.group_id), []).append(volume.id)
        return found

    def update(
        self,
        caller: Caller,
        group_id: str,
        changes: Mapping[str, Any],
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> Group:
        """`changes`: name, description; volumes join and leave."""
        with self._parts.db.write():
            group = self._own(caller, self._store.groups, group_id, "group:update")
            require_status("group", group, "change it", {Status.AVAILABLE})
            for volume_id in add:
                self._require_joins(caller, group, volume_id)
                self._store.volumes.change(volume_id, group_id=group_id)
            mine = {volume.id for volume in self._members(group_id)}
            for volume_id in remove:
                if volume_id not in mine:
                    raise Invalid("group.no_member", f"Volume {volume_id} is not in group {group_id}: leave it out.")
                self._store.volumes.change(volume_id, group_id=None)
            if changes:
                self._store.groups.change(group_id, **changes)
        return self._store.groups.get(group_id)

    def _require_joins(self, caller: Caller, group: Group, volume_id: str) -> None:
        volume = self._store.volumes.find(volume_id)
        if volume is None or volume.project_id != group.project_id:
            raise Invalid(
                "group.no_volume", f"Cannot add volume {volume_id} to group {group.id}: it could not be found."
            )
        if volume.group_id not in (None, group.id) or volume.type_id not in group.volume_type_ids:
            message = f"Cannot add volume {volume_id} to group {group.id}: it is in another, or of a type not allowed."
            raise Invalid("group.not_allowed", message)
        if volume.status not in (Status.AVAILABLE, Status.IN_USE):
            raise Invalid("group.not_allowed", f"Cannot add volume {volume_id} while it is {volume.status}: wait.")

    def delete(self, caller: Caller, group_id: str, *, with_volumes: bool) -> None:
        """Raises Conflict while it has volumes that shall not go with it, or group snapshots."""
        with self._parts.db.write():
            group = self._own(caller, self._store.groups, group_id, "group:delete")
            require_status("group", group, "delete it", FAILED | {Status.AVAILABLE})
            members = self._members(group_id)
            if members and not with_volumes:
                message = f"Group {group_id} has volumes: take them out, or set delete-volumes."
                raise Conflict("group.wrong_status", message)
            if self._store.group_snapshots.count(Wanted({"group_id": group_id})):
                raise Conflict("group.wrong_status", f"Group {group_id} has group snapshots: delete those first.")
            for volume in members:
                self._mark_deleting(volume)
            self._store.groups.change(group_id, status=Status.DELETING)
            self._parts.runs.supersede(delete_group, group_id, group_id, asked_by(caller))

    def _mark_deleting(self, volume: Volume) -> None:
        require_status("volume", volume, "delete it with its group", FAILED | {Status.AVAILABLE})
        if self._store.snapshots.count(Wanted({"volume_id": volume.id})):
            raise Conflict("group.wrong_status", f"Volume {volume.id} of the group has snapshots: delete those first.")
        self._store.volumes.move(volume.id, Status.DELETING, self._parts.clock.now())

    def reset_status(self, caller: Caller, group_id: str, status: str) -> None:
        self._own(caller, self._store.groups, group_id, "group:reset_status")
        self._store.groups.change(group_id, status=declared(status))

    def _members(self, group_id: str) -> Sequence[Volume]:
        return self._store.volumes.list(Wanted({"group_id": group_id}))

    def _type(self, name: str) -> GroupType:
        found = self._store.group_types.find(name) or self._store.group_types.find_by(name=name)
        if found is None:
            raise self._store.group_types.absent(name)
        return found

    def _planned(
        self, caller: Caller, name: str | None, description: str | None, type_id: str, types: tuple[str, ...]
    ) -> Group:
        require_room(self._store, caller.project_id, None, {"groups": 1})
        return Group(
            id=new_uuid(),
            project_id=caller.project_id,
            user_id=caller.user_id,
            status=Status.AVAILABLE,
            type_id=type_id,
            created_at=self._parts.clock.now(),
            name=name,
            description=description,
            zone=self._parts.tuning.zone,
            volume_type_ids=types,
        )
