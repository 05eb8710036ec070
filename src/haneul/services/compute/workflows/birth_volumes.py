"""The volumes that a server begins with: made for it or reserved for it, connected, attached."""

from __future__ import annotations

from dataclasses import replace

from haneul.kit.errors import Conflict
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import DiskSource, PlannedDisk, Server, ServerId, ServerVolume
from haneul.services.compute.parts import Parts
from haneul.services.volume import NewVolume, Status


def wanted_disks(parts: Parts, server_id: ServerId) -> tuple[PlannedDisk, ...]:
    return parts.store.servers.birth(server_id).disks


def volume_made(parts: Parts, server_id: ServerId, host_id: str, disk: PlannedDisk) -> bool:
    """On the server's host. Raises Conflict("server.volume_failed") that says why it could not be made."""
    if not disk.is_ours:
        return True
    with parts.db.write():
        if disk.volume_id not in parts.volume.volumes.find_all([disk.volume_id]):
            server = parts.store.servers.get(server_id)
            owner = replace(INTERNAL, project_id=server.project_id, user_id=server.user_id, is_system=False)
            parts.volume.volumes.create(owner, _new_volume(disk, host_id))
    complaint = parts.volume.volumes.complaint(disk.volume_id)
    if complaint is not None:
        raise Conflict("server.volume_failed", f"A volume of the server could not be made: {complaint}")
    return parts.volume.volumes.is_available(disk.volume_id)


def _new_volume(disk: PlannedDisk, host_id: str) -> NewVolume:
    return NewVolume(
        id=disk.volume_id,
        size_gib=disk.size_gib,
        type=disk.type,
        near=host_id,
        image_id=disk.source_id if disk.source is DiskSource.IMAGE else None,
        snapshot_id=disk.source_id if disk.source is DiskSource.SNAPSHOT else None,
    )


def volume_unmade(parts: Parts, server_id: ServerId, host_id: str, disk: PlannedDisk) -> None:
    """One that was made for the server goes: nobody has written to it."""
    if disk.is_ours:
        parts.volume.volumes.remove_unused(disk.volume_id)


def connect_disk(parts: Parts, server_id: ServerId, disk: PlannedDisk) -> None:
    """Raises Conflict("volume.unreachable") when it does not lie on the server's host."""
    with parts.db.write():
        server = parts.store.servers.get(server_id)
        reserve_disk(parts, server, disk)
        host = parts.store.hosts.find(server.host_id or "")
        connector: dict[str, object] = {"host": host.name if host else "", "mountpoint": disk.device}
        parts.volume.attachments.connect(INTERNAL, disk.attachment_id, connector)


def reserve_disk(parts: Parts, server: Server, disk: PlannedDisk) -> None:
    """The volume is the server's, and nobody else's; fine if it is. Raises Conflict("volume.wrong_status")."""
    if parts.store.volumes.find_attachment(server.id, disk.attachment_id) is not None:
        return
    parts.volume.attachments.create(INTERNAL, disk.volume_id, server.id, attachment_id=disk.attachment_id)
    row = ServerVolume(
        server_id=server.id,
        attachment_id=disk.attachment_id,
        volume_id=disk.volume_id,
        device=disk.device,
        tag=disk.tag,
        boot_index=disk.boot_index,
        goes_with_server=disk.goes_with_server,
    )
    parts.store.volumes.add(row)


def disconnect_disk(parts: Parts, server_id: ServerId, disk: PlannedDisk) -> None:
    with parts.db.write():
        parts.volume.attachments.remove(disk.attachment_id)
        parts.store.volumes.remove(disk.attachment_id)


def mark_disks_attached(parts: Parts, server_id: ServerId) -> None:
    """No undo: what connected them is taken back."""
    for row in parts.store.volumes.of([server_id]):
        parts.volume.attachments.complete(INTERNAL, row.attachment_id)


def give_volumes_back(parts: Parts, server_id: ServerId) -> None:
    """Of a server that could not be built: volumes that were reserved for it are free."""
    for row in parts.store.volumes.of([server_id]):
        parts.volume.attachments.remove(row.attachment_id)
        parts.store.volumes.remove(row.attachment_id)


def begin_volume_anew(parts: Parts, server_id: ServerId, image_id: str) -> None:
    """The volume that the server boots from is reserved for it, and gets the image's data. No undo: as asked for."""
    with parts.db.write():
        server = parts.store.servers.get(server_id)
        row = root_of(parts, server_id)
        volume = parts.volume.volumes.find_all([row.volume_id])[row.volume_id]
        if volume.image_id == image_id and volume.status is not Status.ERROR:
            return
        owner = replace(INTERNAL, project_id=server.project_id, user_id=server.user_id, is_system=False)
        parts.volume.attachments.hold(row.attachment_id)
        parts.volume.volumes.reimage(owner, row.volume_id, image_id, also_reserved=True)


def volume_anew(parts: Parts, server_id: ServerId) -> bool:
    """Raises Conflict("server.volume_failed") that says why it could not be."""
    volume_id = root_of(parts, server_id).volume_id
    complaint = parts.volume.volumes.complaint(volume_id)
    if complaint is not None:
        raise Conflict("server.volume_failed", f"The volume of the server could not begin anew: {complaint}")
    return parts.volume.volumes.is_available(volume_id)


def mark_volume_attached(parts: Parts, server_id: ServerId) -> None:
    parts.volume.attachments.complete(INTERNAL, root_of(parts, server_id).attachment_id)


def root_of(parts: Parts, server_id: ServerId) -> ServerVolume:
    """The volume that the server boots from. Raises Conflict("server.no_root")."""
    for row in parts.store.volumes.of([server_id]):
        if row.boot_index == 0:
            return row
    raise Conflict("server.no_root", f"Server {server_id} has lost the volume that it boots from: delete it.")
