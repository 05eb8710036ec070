"""Images and backups made of servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.compute.model import Server, ServerVolume
from haneul.services.compute.model.image_disks import described
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.workflows.create_image import create_backup, create_image
from haneul.services.image import Image, NewImage, Visibility
from haneul.services.volume import NewSnapshot

_NOT_INHERITED = frozenset(
    {
        "cache_in_nova",
        "bittorrent",
        "img_signature_hash_method",
        "img_signature",
        "img_signature_key_type",
        "img_signature_certificate_uuid",
        "backup_type",
        "image_type",
        "image_location",
        "image_state",
        "instance_uuid",
        "base_image_ref",
        "boot_roles",
        "owner_id",
        "owner_project_name",
        "owner_user_name",
        "user_id",
    }
)
"""Properties of the image that the server began as which its own images do not have."""


@dataclass(frozen=True)
class BackupWish:
    name: str
    backup_type: str
    """daily, weekly or whatever the caller tells them apart by."""
    rotation: int
    """How many of this type are kept."""
    properties: Mapping[str, str]


class ImagingVerbs(ServerVerbs):
    def create_image(self, caller: Caller, server_id: str, name: str, properties: Mapping[str, str]) -> str:
        """The new image's id; it is `queued` until its data is there."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:create_image")
            require_action(server, "createImage")
            snapshots = self._snapshots(caller, server, name)
            disks = described(snapshots) if snapshots else {}
            image_id = self._new_image(caller, server, name, {**properties, **disks})
            snapshot_ids = tuple(snapshot_id for _, _, snapshot_id in snapshots)
            self._parts.runs.submit(create_image, server.id, server.id, asked_by(caller), image_id, snapshot_ids)
            return image_id

    def create_backup(self, caller: Caller, server_id: str, wish: BackupWish) -> str:
        """As `create_image`; once it is there, the oldest backups of its type go."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-create-backup")
            require_action(server, "createBackup")
            if server.boots_from_volume:
                message = f"It is not possible to back up the volume-backed instance {server_id}: back up its volumes."
                raise Invalid("server.volume_backed", message)
            kind = {"image_type": "backup", "backup_type": wish.backup_type}
            image_id = self._new_image(caller, server, wish.name, {**wish.properties, **kind})
            self._parts.runs.submit(
                create_backup, server.id, server.id, asked_by(caller), image_id, wish.backup_type, wish.rotation
            )
            return image_id

    def _snapshots(self, caller: Caller, server: Server, name: str) -> list[tuple[ServerVolume, int, str]]:
        """Each volume of a server that boots from one, its GiB and the id of its snapshot: what its image tells of."""
        if not server.boots_from_volume:
            return []
        rows = self._parts.store.volumes.of([server.id])
        volumes = self._parts.volume.volumes.find_all([row.volume_id for row in rows])
        taken = []
        for row in rows:
            new = NewSnapshot(row.volume_id, name=f"snapshot for {name}", force=True)
            taken.append((row, volumes[row.volume_id].size_gib, self._parts.volume.snapshots.create(caller, new).id))
        return taken

    def _new_image(self, caller: Caller, server: Server, name: str, properties: Mapping[str, str]) -> str:
        """The row of an image of the server, with the properties that Nova gives to such images."""
        base = self._base(server)
        inherited = {key: value for key, value in base.properties.items() if key not in _NOT_INHERITED} if base else {}
        told = {
            "image_type": "snapshot",
            "instance_uuid": server.id,
            "user_id": caller.user_id,
            "owner_id": server.project_id,
            "owner_project_name": caller.project_name,
            "owner_user_name": caller.user_name,
            "boot_roles": ",".join(sorted(caller.roles)),
            "base_image_ref": server.image_id or "",
            "image_location": "snapshot",
            "image_state": "available",
        }
        new = NewImage(
            name=name,
            visibility=Visibility.PRIVATE,
            owner=server.project_id,
            disk_format="raw" if server.boots_from_volume else "qcow2",
            container_format="bare",
            min_disk_gib=0
            if server.boots_from_volume
            else server.flavor.disk_gib or (base.min_disk_gib if base else 0),
            min_ram_mib=base.min_ram_mib if base else 0,
            properties={**inherited, **told, **properties},
        )
        return self._parts.image.images.create(caller, new).id

    def _base(self, server: Server) -> Image | None:
        """The image that the server began as, if it is still there."""
        if server.image_id is None:
            return None
        try:
            return self._parts.image.images.get(INTERNAL, server.image_id)
        except NotFound:
            return None
