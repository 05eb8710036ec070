"""What is done to a volume: it grows, goes back, becomes an image, may be written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.image import Image, NewImage, Visibility
from haneul.services.volume.model import Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import Verbs, asked_by, require_status
from haneul.services.volume.verbs.creating import CreatingVerbs
from haneul.services.volume.verbs.limits import require_room, require_size
from haneul.services.volume.workflows.change_volume import extend_volume, reimage_volume, revert_volume
from haneul.services.volume.workflows.upload_volume import upload_volume


@dataclass(frozen=True)
class ImageWish:
    """The image that a volume shall become."""

    name: str
    disk_format: str = "raw"
    container_format: str = "bare"
    visibility: str = "private"
    is_protected: bool = False
    force: bool = False
    """Also while it is attached."""


_NOT_PASSED_ON = (
    "image_id",
    "image_name",
    "size",
    "min_disk",
    "min_ram",
    "checksum",
    "disk_format",
    "container_format",
)
_CONVERTED = ("raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc")


class ActionVerbs(Verbs):
    def extend(self, caller: Caller, volume_id: str, size_gib: int, *, also_attached: bool = True) -> None:
        """Also while a server has it: the guest sees it grow. Raises Invalid unless it becomes larger."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:extend")
            allowed = {Status.AVAILABLE, Status.IN_USE} if also_attached else {Status.AVAILABLE}
            require_status("volume", volume, "extend it", allowed)
            if volume.status is Status.IN_USE:
                self._require(caller, "volume:extend_attached_volume", volume.project_id)
            if size_gib <= volume.size_gib:
                message = f"New size for extend must be greater than current size (current: {volume.size_gib})."
                raise Invalid("volume.not_larger", message)
            if size_gib > self._parts.tuning.max_size_gib:
                raise Invalid("volume.bad_size", f"A volume has {self._parts.tuning.max_size_gib} GiB at most.")
            kind = self._store.types.find(volume.type_id) if volume.type_id else None
            require_size(self._store, volume.project_id, size_gib)
            require_room(self._store, volume.project_id, kind, {"gigabytes": size_gib - volume.size_gib})
            now = self._parts.clock.now()
            self._store.volumes.move(volume_id, Status.EXTENDING, now, size_gib=size_gib)
            args = (volume.id, volume.size_gib, volume.status, asked_by(caller))
            self._parts.runs.submit(extend_volume, volume.id, *args)

    def revert(self, caller: Caller, volume_id: str, snapshot_id: str) -> None:
        """To its newest snapshot. Raises Invalid("volume.not_newest_snapshot")."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:revert_to_snapshot")
            snapshot = self._own(caller, self._store.snapshots, snapshot_id, "volume:get_snapshot")
            require_status("volume", volume, "revert it", {Status.AVAILABLE})
            require_status("snapshot", snapshot, "revert to it", {Status.AVAILABLE})
            newest = self._store.snapshots.list(Wanted({"volume_id": volume_id}))[-1:]
            if [each.id for each in newest] != [snapshot_id]:
                message = f"Snapshot {snapshot_id} is not the latest one of volume {volume_id}: name that."
                raise Invalid("volume.not_newest_snapshot", message)
            if snapshot.size_gib != volume.size_gib:
                message = f"Can't revert volume {volume_id} to its latest snapshot: it was extended since."
                raise Invalid("volume.extended_since", message)
            self._store.volumes.move(volume_id, Status.REVERTING, self._parts.clock.now())
            self._store.snapshots.change(snapshot_id, status=Status.RESTORED_FROM)
            self._parts.runs.submit(revert_volume, volume_id, volume_id, snapshot_id, asked_by(caller))

    def reimage(self, caller: Caller, volume_id: str, image_id: str, *, also_reserved: bool = False) -> None:
        """Its data and image metadata become the image's. Raises Invalid("volume.too_small" | "volume.no_image")."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:reimage")
            allowed = {Status.AVAILABLE, Status.ERROR}
            if also_reserved:
                self._require(caller, "volume:reimage_reserved", volume.project_id)
                allowed.add(Status.RESERVED)
            if volume.status not in allowed:
                message = (
                    f"Volume {volume_id} must be {' or '.join(sorted(allowed))} to be reimaged, but is {volume.status}."
                )
                raise Conflict("volume.busy", message)
            source = CreatingVerbs(self._parts).from_image(caller, image_id)
            if source.least_gib > volume.size_gib:
                message = f"Extend volume {volume_id} to {source.least_gib} GiB first: the image is that large."
                raise Invalid("volume.too_small", message)
            now = self._parts.clock.now()
            told = {"image_id": image_id, "image_metadata": source.image_metadata, "is_bootable": True}
            self._store.volumes.move(volume_id, Status.DOWNLOADING, now, **told)
            args = (volume_id, image_id, volume.status, asked_by(caller))
            self._parts.runs.submit(reimage_volume, volume_id, *args)

    def upload(self, caller: Caller, volume_id: str, wish: ImageWish) -> tuple[Volume, Image]:
        """The volume becomes an image of the caller's; both are told as they are now."""
        if wish.disk_format not in _CONVERTED or wish.container_format != "bare":
            formats = ", ".join(_CONVERTED)
            raise Invalid("volume.image_format", f"A volume becomes a bare image in one of {formats}: choose one.")
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume_extension:volume_actions:upload_image")
            if wish.visibility == "public":
                self._require(caller, "volume_extension:volume_actions:upload_public", volume.project_id)
            allowed = {Status.AVAILABLE, Status.IN_USE} if wish.force else {Status.AVAILABLE}
            require_status("volume", volume, "upload it", allowed)
            image = self._parts.image.images.create(caller, _image_of(volume, wish))
            self._store.volumes.move(volume_id, Status.UPLOADING, self._parts.clock.now())
            args = (volume_id, str(image.id), volume.status, asked_by(caller))
            self._parts.runs.submit(upload_volume, volume_id, *args)
        return self._store.volumes.get(volume_id), image

    def set_bootable(self, caller: Caller, volume_id: str, is_bootable: bool) -> None:
        volume = self._own(caller, self._store.volumes, volume_id, "volume:update")
        self._store.volumes.change(volume.id, is_bootable=is_bootable, updated_at=self._parts.clock.now())

    def set_readonly(self, caller: Caller, volume_id: str, is_readonly: bool) -> None:
        """Counts from the next time on that it is attached. Raises Conflict while it is."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:update_readonly_flag")
            if volume.status is not Status.AVAILABLE:
                message = (
                    f"Volume {volume_id} status must be available to update readonly flag, but is {volume.status}."
                )
                raise Conflict("volume.wrong_status", message)
            self._store.volumes.change(volume_id, is_readonly=is_readonly, updated_at=self._parts.clock.now())

    # What the image that it began as said of itself.

    def image_metadata(self, caller: Caller, volume_id: str) -> Mapping[str, str]:
        rule = "volume_extension:volume_image_metadata:show"
        return self._own(caller, self._store.volumes, volume_id, rule).image_metadata or {}

    def set_image_metadata(self, caller: Caller, volume_id: str, metadata: Mapping[str, str]) -> Mapping[str, str]:
        with self._parts.db.write():
            rule = "volume_extension:volume_image_metadata:set"
            volume = self._own(caller, self._store.volumes, volume_id, rule)
            merged = {**(volume.image_metadata or {}), **metadata}
            self._store.volumes.change(volume_id, image_metadata=merged)
        return merged

    def remove_image_metadata(self, caller: Caller, volume_id: str, key: str) -> None:
        """Raises NotFound("volume.no_metadata")."""
        with self._parts.db.write():
            rule = "volume_extension:volume_image_metadata:remove"
            volume = self._own(caller, self._store.volumes, volume_id, rule)
            kept = dict(volume.image_metadata or {})
            if key not in kept:
                raise NotFound("volume.no_metadata", f"Volume {volume_id} has no image metadata with key {key}.")
            del kept[key]
            self._store.volumes.change(volume_id, image_metadata=kept)


def _image_of(volume: Volume, wish: ImageWish) -> NewImage:
    inherited = {
        name: value for name, value in (volume.image_metadata or {}).items() if name not in _NOT_PASSED_ON and value
    }
    told = volume.image_metadata or {}
    return NewImage(
        name=wish.name,
        disk_format=wish.disk_format,
        container_format=wish.container_format,
        visibility=Visibility(wish.visibility),
        is_protected=wish.is_protected,
        min_disk_gib=int(told.get("min_disk", "0")) if told.get("min_disk", "0").isdigit() else 0,
        properties=inherited,
    )
