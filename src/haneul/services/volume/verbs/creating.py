"""Volumes come into being: the row and the run that makes it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.image import Status as ImageStatus
from haneul.services.volume.model import Backup, Snapshot, Status, Volume, VolumeType
from haneul.services.volume.verbs.base import Verbs, asked_by, check_metadata, require_status
from haneul.services.volume.verbs.limits import require_volume
from haneul.services.volume.verbs.types import chosen_type, visible_type
from haneul.services.volume.workflows.create_volume import create_volume

GIB = 1024**3
_TYPE_OF_IMAGE = "cinder_img_volume_type"
"""The property of an image by which it names the type of volumes that begin as it."""
_COPIED = ("container_format", "disk_format", "checksum")


@dataclass(frozen=True)
class NewVolume:
    """What a volume shall be; at most one of the sources."""

    size_gib: int | None = None
    """None: as large as what it begins as."""
    name: str | None = None
    description: str | None = None
    type: str = ""
    """A type's id or name; empty: that of the source, or the default."""
    zone: str = ""
    snapshot_id: str | None = None
    source_id: str | None = None
    image_id: str | None = None
    backup_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    group_id: str | None = None
    near: str = ""
    """The only host that will do; empty: any."""
    id: str = ""
    """Chosen beforehand, so that a step done twice makes one volume; empty: it gets one."""


@dataclass(frozen=True)
class _Source:
    """What the source says about the volume that begins as it."""

    least_gib: int = 1
    size_gib: int | None = None
    type_id: str | None = None
    is_bootable: bool = False
    image_metadata: Mapping[str, str] | None = None
    is_encrypted: bool = False


class CreatingVerbs(Verbs):
    def create(self, caller: Caller, new: NewVolume) -> Volume:
        """The volume is being made when this returns.

        Raises NotFound for a source or type that is not there, Invalid, OverQuota, Conflict for a source in the
        wrong status.
        """
        self._require(caller, "volume:create")
        if new.image_id:
            self._require(caller, "volume:create_from_image")
        check_metadata(new.metadata)
        if sum(bool(each) for each in (new.snapshot_id, new.source_id, new.image_id, new.backup_id)) > 1:
            raise Invalid("volume.two_sources", "A volume begins as one thing: name one source only.")
        if new.zone and new.zone != self._parts.tuning.zone:
            raise Invalid("volume.no_zone", f"Availability zone '{new.zone}' is invalid: choose one that is listed.")
        with self._parts.db.write():
            source = self._source(caller, new)
            kind = self._type(caller, new, source)
            volume = self._planned(caller, new, source, kind)
            require_volume(self._store, caller.project_id, kind, volume.size_gib)
            self._store.volumes.add(volume)
            self._parts.runs.submit(create_volume, volume.id, volume.id, new.near, asked_by(caller))
        return volume

    def _type(self, caller: Caller, new: NewVolume, source: _Source) -> VolumeType:
        """What is asked for, or the source's; an image that names a type nobody has is as good as silent."""
        told = "" if source.image_metadata is None or not new.image_id else source.image_metadata.get(_TYPE_OF_IMAGE)
        if told and not new.type:
            try:
                return visible_type(self._store, caller, told)
            except NotFound:
                return chosen_type(self._store, caller, "")
        return chosen_type(self._store, caller, new.type or source.type_id or "")

    def _planned(self, caller: Caller, new: NewVolume, source: _Source, kind: VolumeType) -> Volume:
        if kind.encryption is not None:
            message = (
                f"Volume type {kind.name} asks for encryption, which places here do not offer: choose another type."
            )
            raise Invalid("volume.no_encryption", message)
        now = self._parts.clock.now()
        return Volume(
            id=new.id or new_uuid(),
            project_id=caller.project_id,
            user_id=caller.user_id,
            status=Status.CREATING,
            size_gib=self._size(new, source),
            created_at=now,
            updated_at=now,
            name=new.name,
            description=new.description,
            type_id=kind.id,
            zone=self._parts.tuning.zone,
            is_bootable=source.is_bootable,
            is_multiattach=kind.claims("multiattach"),
            snapshot_id=new.snapshot_id or None,
            source_id=new.source_id or None,
            image_id=new.image_id or None,
            backup_id=new.backup_id or None,
            image_metadata=source.image_metadata,
            metadata=dict(new.metadata),
            group_id=new.group_id,
        )

    def _size(self, new: NewVolume, source: _Source) -> int:
        size_gib = new.size_gib if new.size_gib is not None else source.size_gib
        if size_gib is None or not 0 < size_gib <= self._parts.tuning.max_size_gib:
            message = f"Volume size '{size_gib}' must be an integer and greater than 0: say how many GiB."
            raise Invalid("volume.bad_size", message)
        if size_gib < source.least_gib:
            message = f"Volume size '{size_gib}'GB cannot be smaller than what it begins as: {source.least_gib}GB."
            raise Invalid("volume.too_small", message)
        return size_gib

    def _source(self, caller: Caller, new: NewVolume) -> _Source:
        if new.snapshot_id:
            return self._from_snapshot(caller, new.snapshot_id)
        if new.source_id:
            volume = self._own(caller, self._store.volumes, new.source_id, "volume:get")
            require_status("volume", volume, "clone it", {Status.AVAILABLE, Status.IN_USE})
            return _like(volume, volume.size_gib)
        if new.backup_id:
            backup: Backup = self._own(caller, self._store.backups, new.backup_id, "backup:get")
            require_status("backup", backup, "create a volume from it", {Status.AVAILABLE, Status.RESTORED_FROM})
            return _Source(backup.size_gib, backup.size_gib)
        if new.image_id:
            return self.from_image(caller, new.image_id)
        return _Source()

    def _from_snapshot(self, caller: Caller, snapshot_id: str) -> _Source:
        snapshot: Snapshot = self._own(caller, self._store.snapshots, snapshot_id, "volume:get_snapshot")
        require_status("snapshot", snapshot, "create a volume from it", {Status.AVAILABLE})
        return _like(self._store.volumes.get(snapshot.volume_id), snapshot.size_gib)

    def from_image(self, caller: Caller, image_id: str) -> _Source:
        """Raises Invalid("volume.no_image"), Conflict("image.wrong_status")."""
        try:
            image = self._parts.image.images.get(caller, image_id)
            if image.status is ImageStatus.ACTIVE:
                self._parts.image.images.source(caller, image_id)
        except NotFound as error:
            raise Invalid("volume.no_image", f"Invalid image identifier {image_id}: no such image is yours.") from error
        if image.status is not ImageStatus.ACTIVE:
            raise Conflict("image.wrong_status", f"Image {image_id} is not active: upload its data first.")
        told = {name: getattr(image, name) for name in _COPIED}
        told |= {"image_id": image.id, "image_name": image.name, "size": image.size_bytes}
        told |= {"min_disk": image.min_disk_gib, "min_ram": image.min_ram_mib, **image.properties}
        needed = -(-(image.virtual_size_bytes or image.size_bytes or 0) // GIB)
        image_metadata = {name: str(value) for name, value in told.items() if value is not None}
        return _Source(max(1, needed, image.min_disk_gib), None, None, True, image_metadata)


def _like(volume: Volume, size_gib: int) -> _Source:
    return replace(
        _Source(size_gib, size_gib),
        type_id=volume.type_id,
        is_bootable=volume.is_bootable,
        image_metadata=volume.image_metadata,
        is_encrypted=volume.is_encrypted,
    )
