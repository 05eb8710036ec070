"""The disks that lie with a server: its root disk, unless it boots from a volume, ephemeral ones and swap."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.hostapi import DiskSpec, ImageSource
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import FlavorSnapshot, LocalDisk, Server, ServerId, sized_for
from haneul.services.compute.parts import Parts

_SERIAL_LENGTH = 20


def root_disk(parts: Parts, server: Server) -> DiskSpec:
    """The root disk as it begins. Raises NotFound when its image is gone."""
    image = None if server.image_id is None else parts.image.images.source(INTERNAL, server.image_id)
    return root_of_size(server, image)


def root_of_size(server: Server, image: ImageSource | None = None) -> DiskSpec:
    """The root disk, as large as the server's flavor has it."""
    return DiskSpec(server.id, server.flavor.disk_gib, image, server.id[:_SERIAL_LENGTH])


def local_disk(server_id: str, disk: LocalDisk) -> DiskSpec:
    """Named after its server, so that it is known whose it is."""
    return DiskSpec(
        disk_id=f"{server_id}.{disk.name}",
        size_gib=0,
        size_mib=disk.size_mib,
        filesystem=disk.filesystem,
        label=disk.label,
        target=disk.device.removeprefix("/dev/"),
    )


def guest_disks(server: Server, local_disks: Sequence[LocalDisk]) -> tuple[DiskSpec, ...]:
    """As its guest has them."""
    root = () if server.boots_from_volume else (root_of_size(server),)
    return (*root, *(local_disk(server.id, disk) for disk in local_disks))


def fresh_disks_ready(parts: Parts, server: Server, host_id: str, root_image: ImageSource | None = None) -> bool:
    """Have the host make them all: the root disk of its image, or of another one; the others empty."""
    wanted = [local_disk(server.id, disk) for disk in parts.store.servers.birth(server.id).local_disks]
    if not server.boots_from_volume:
        wanted.insert(0, root_of_size(server, root_image) if root_image else root_disk(parts, server))
    reports = [parts.hosts.ensure_disk(host_id, disk) for disk in wanted]
    return all(report.is_ready for report in reports)


def remove_disks(parts: Parts, server_id: ServerId, host_id: str) -> None:
    """None of them is there any more; fine if none was."""
    for disk_id in disk_ids(server_id, parts.store.servers.birth(server_id).local_disks):
        parts.hosts.remove_disk(host_id, disk_id)


def disk_ids(server_id: str, local_disks: Sequence[LocalDisk]) -> tuple[str, ...]:
    return (server_id, *(f"{server_id}.{disk.name}" for disk in local_disks))


def local_disks_with(parts: Parts, server_id: ServerId, flavor: FlavorSnapshot) -> tuple[LocalDisk, ...]:
    """What the server has beside its root disk when it has that flavor."""
    taken = {row.device for row in parts.store.volumes.of([server_id])}
    return sized_for(flavor, parts.store.servers.birth(server_id).local_disks, taken)
