"""What a caller may ask of volumes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.volume.model import FAILED, Attachment, Snapshot, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.actions import ActionVerbs
from haneul.services.volume.verbs.admin import AdminVerbs
from haneul.services.volume.verbs.base import EVERYTHING, Listed, ListWish, asked_by, check_metadata, require_status
from haneul.services.volume.verbs.creating import CreatingVerbs
from haneul.services.volume.workflows.delete_volume import delete_volume

log = logging.getLogger(__name__)

DELETABLE = frozenset({Status.AVAILABLE}) | FAILED
IN_USE = "volume.in_use"


@dataclass(frozen=True)
class VolumeView:
    """A volume with what is shown beside it."""

    volume: Volume
    attachments: Sequence[Attachment] = ()
    type_name: str | None = None
    pool_name: str | None = None
    """host@backend#pool."""


class Volumes(CreatingVerbs, ActionVerbs, AdminVerbs):
    def get(self, caller: Caller, volume_id: str) -> VolumeView:
        """Raises NotFound("volume.absent")."""
        with self._parts.db.read():
            return self._views([self._own(caller, self._store.volumes, volume_id, "volume:get")])[0]

    def find_all(self, volume_ids: Sequence[str]) -> dict[str, Volume]:
        """For services above: these volumes by id, whoever's they are."""
        return self._store.volumes.by_id(volume_ids)

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        """The newest first; raises NotFound("page.no_marker")."""
        return self._page(caller, self._store.volumes, "volume:get_all", wish)

    def list_detail(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        listed = self.list(caller, wish)
        return replace(listed, things=self._views(listed.things))

    def summary(self, caller: Caller, *, all_projects: bool) -> tuple[int, int, Mapping[str, Sequence[str]]]:
        """How many, their GiB, and the metadata keys with their values."""
        self._require(caller, "volume:get_all")
        everywhere = all_projects and caller.is_admin
        count, size_gib = self._store.volumes.summary(None if everywhere else caller.project_id)
        metadata: dict[str, list[str]] = {}
        for volume in self.list(caller, ListWish(all_projects=everywhere)).things:
            for key, value in volume.metadata.items():
                if value not in metadata.setdefault(key, []):
                    metadata[key].append(value)
        return count, size_gib, metadata

    def update(self, caller: Caller, volume_id: str, changes: Mapping[str, str | None]) -> VolumeView:
        """`changes`: name, description, metadata."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:update")
            check_metadata(changes.get("metadata") or {})  # type: ignore[arg-type]
            self._store.volumes.change(volume.id, updated_at=self._parts.clock.now(), **changes)
        return self.get(caller, volume_id)

    def delete(self, caller: Caller, volume_id: str, *, cascade: bool = False, force: bool = False) -> None:
        """Raises Conflict while it is attached, busy or has snapshots that shall not go with it."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:delete")
            if force:
                self._require(caller, "volume:force_delete", volume.project_id)
            elif volume.status is Status.DELETING:
                return
            self._require_deletable(volume, force)
            self._mark_snapshots(volume, cascade)
            if volume.host_id is None and volume.status is Status.ERROR:
                self._bury(volume)
                return
            self._store.volumes.change(volume.id, status=Status.DELETING, updated_at=self._parts.clock.now())
            self._parts.runs.supersede(delete_volume, volume.id, volume.id, asked_by(caller))

    def delete_with_server(self, volume_id: str) -> None:
        """For services above: it goes with the server that had it; one that has snapshots or a group stays."""
        try:
            self.delete(INTERNAL, volume_id)
        except (Conflict, NotFound) as error:
            log.warning("volume %s stays though its server goes: %s", volume_id, error.message)

    def is_available(self, volume_id: str) -> bool:
        """For services above: it is there, and nobody is at work on it."""
        return self._store.volumes.get(volume_id).status in (Status.AVAILABLE, Status.RESERVED, Status.IN_USE)

    def complaint(self, volume_id: str) -> str | None:
        """For services above: why it could not be made; None if nothing went wrong."""
        volume = self._store.volumes.find(volume_id)
        if volume is not None and volume.status is not Status.ERROR:
            return None
        told = self._store.messages.list(Wanted({"resource_id": volume_id}))
        return told[-1].text if told else "it is gone"

    def remove_unused(self, volume_id: str) -> None:
        """For services above: one that was made for a server and never written to; fine if it is gone."""
        if self._store.volumes.find(volume_id) is not None:
            self.delete(INTERNAL, volume_id, force=True)

    def force_delete(self, caller: Caller, volume_id: str) -> None:
        """In any status, as long as no server has it."""
        self._own(caller, self._store.volumes, volume_id, "volume_extension:volume_admin_actions:force_delete")
        self.delete(caller, volume_id, force=True)

    def _require_deletable(self, volume: Volume, force: bool) -> None:
        if not force:
            require_status("volume", volume, "delete it", DELETABLE)
        attached = self._store.attachments.find_by(volume_id=volume.id)
        if attached is not None:
            where = attached.server_id or attached.host_name or attached.id
            raise Conflict("volume.wrong_status", f"Volume {volume.id} is attached: detach it from {where} first.")
        if volume.group_id is not None and not force:
            raise Conflict(
                "volume.wrong_status", f"Volume {volume.id} is in group {volume.group_id}: take it out first."
            )

    def _bury(self, volume: Volume) -> None:
        """One that never lay anywhere has nothing that would take time: its type is free to go at once."""
        self._parts.runs.cancel(volume.id)
        self._store.volumes.remove(volume.id)

    def _mark_snapshots(self, volume: Volume, cascade: bool) -> None:
        snapshots: Sequence[Snapshot] = self._store.snapshots.list(Wanted({"volume_id": volume.id}))
        if snapshots and not cascade:
            message = f"Volume {volume.id} has {len(snapshots)} snapshots: delete them first, or ask for a cascade."
            raise Conflict("volume.wrong_status", message)
        for snapshot in snapshots:
            require_status("snapshot", snapshot, "delete it with its volume", DELETABLE | {Status.DELETING})
        for snapshot in snapshots:
            self._store.snapshots.change(snapshot.id, status=Status.DELETING)

    # Metadata

    def metadata(self, caller: Caller, volume_id: str) -> Mapping[str, str]:
        return self._own(caller, self._store.volumes, volume_id, "volume:get_volume_metadata").metadata

    def set_metadata(
        self, caller: Caller, volume_id: str, metadata: Mapping[str, str], *, is_whole: bool, rule: str = "update"
    ) -> Mapping[str, str]:
        """Add to it, or replace the whole."""
        check_metadata(metadata)
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, f"volume:{rule}_volume_metadata")
            merged = dict(metadata) if is_whole else {**volume.metadata, **metadata}
            self._store.volumes.change(volume_id, metadata=merged, updated_at=self._parts.clock.now())
        return merged

    def remove_metadata(self, caller: Caller, volume_id: str, key: str) -> None:
        """Raises NotFound("volume.no_metadata")."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:delete_volume_metadata")
            if key not in volume.metadata:
                raise NotFound("volume.no_metadata", f"Volume {volume_id} has no metadata with key {key}.")
            kept = {name: value for name, value in volume.metadata.items() if name != key}
            self._store.volumes.change(volume_id, metadata=kept, updated_at=self._parts.clock.now())

    def _views(self, volumes: Sequence[Volume]) -> Sequence[VolumeView]:
        """Two more queries, however many there are."""
        ids = [volume.id for volume in volumes]
        attachments: dict[str, list[Attachment]] = {}
        for attachment in self._store.attachments.with_any("volume_id", ids) if ids else ():
            attachments.setdefault(attachment.volume_id, []).append(attachment)
        types = self._store.types.by_id(list({volume.type_id for volume in volumes if volume.type_id}))
        names = self._host_names()
        return [
            VolumeView(
                volume,
                attachments.get(volume.id, ()),
                types[volume.type_id].name if volume.type_id in types else None,
                _pool_name(volume, names),
            )
            for volume in volumes
        ]

    def _host_names(self) -> dict[str, str]:
        return {host.host_id: host.host_name for host in self._parts.hosts.rooms()}


def _pool_name(volume: Volume, names: Mapping[str, str]) -> str | None:
    if volume.host_id is None:
        return None
    return f"{names.get(volume.host_id, volume.host_id)}@{volume.backend}#{volume.backend}"
