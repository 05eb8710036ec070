"""Which disks a server begins with: what is asked for, what its image says, and whether that makes sense."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import DiskSource, Flavor, LocalDisk, PlannedDisk, Server, WantedDisk
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.servers.choices import chosen_image
from haneul.services.compute.verbs.servers.image_disks import disks_of_image
from haneul.services.compute.verbs.servers.local_disks import BAD as _BAD
from haneul.services.compute.verbs.servers.local_disks import chosen_local_disks
from haneul.services.compute.verbs.servers.local_disks import named as _named
from haneul.services.compute.verbs.servers.wishes import ServerWish
from haneul.services.compute.workflows.birth_volumes import reserve_disk

_ROOT = "/dev/vda"


@dataclass(frozen=True)
class ChosenDisks:
    image_id: str | None
    """What the server's own disk begins as; None: it boots from the first of `disks`."""
    disks: tuple[PlannedDisk, ...]
    local_disks: tuple[LocalDisk, ...] = ()


def chosen_disks(parts: Parts, caller: Caller, wish: ServerWish, flavor: Flavor) -> ChosenDisks:
    """Every disk, with what it begins as there and usable. Raises Invalid."""
    told = disks_of_image(parts, caller, wish)
    is_only_told = any(disk.is_volume and disk.boot_index == 0 for disk in told)
    wanted = [*told, *(disk for disk in wish.disks if disk.is_volume or not is_only_told)]
    blanks = [disk for disk in wanted if disk.is_local_blank]
    local = [disk for disk in wanted if not disk.is_volume and not disk.is_local_blank]
    volumes = [disk for disk in wanted if disk.is_volume]
    for disk in local:
        _check_local(disk, wish)
    boots = sorted(disk.boot_index for disk in wanted if disk.boot_index is not None)
    boots_from_volume = any(disk.boot_index == 0 for disk in volumes)
    if wanted and not wish.image_id and not boots_from_volume:
        raise _bad_order()
    if not boots_from_volume and 0 not in boots:
        boots = [0, *boots]
    if boots != list(range(len(boots))):
        raise _bad_order()
    image_id = None if boots_from_volume else chosen_image(parts, caller, wish.image_id, flavor)
    for disk in volumes:
        _check_volume(parts, caller, disk, flavor, wish)
    local_disks = chosen_local_disks(blanks, flavor.snapshot(), {_named(disk) for disk in volumes} | {_ROOT})
    return ChosenDisks(image_id, _planned(volumes, {disk.device for disk in local_disks}), local_disks)


def _check_local(disk: WantedDisk, wish: ServerWish) -> None:
    if disk.source is not DiskSource.IMAGE or disk.boot_index != 0:
        raise Invalid("server.bad_disk", f"{_BAD}: Mapping {disk.source} to local is not supported.")
    if disk.source_id != wish.image_id:
        raise Invalid("server.two_images", f"{_BAD}: it names another image than imageRef: name one.")


def _check_volume(parts: Parts, caller: Caller, disk: WantedDisk, flavor: Flavor, wish: ServerWish) -> None:
    if disk.source is DiskSource.VOLUME:
        _check_existing(parts, caller, disk, wish)
    elif disk.source is DiskSource.SNAPSHOT:
        _check_snapshot(parts, caller, disk)
    elif not disk.size_gib:
        what = "Images with destination_type 'volume'" if disk.source is DiskSource.IMAGE else "Blank volumes"
        raise Invalid("server.no_volume_size", f"{_BAD}: {what} need to have a non-zero size specified.")
    elif disk.source is DiskSource.IMAGE:
        chosen_image(parts, caller, disk.source_id, replace(flavor, disk_gib=disk.size_gib))
    if disk.type:
        try:
            parts.volume.types.get(caller, disk.type)
        except NotFound as error:
            raise Invalid(error.code, f"{_BAD}: Volume type {disk.type} could not be found.") from error


def _check_existing(parts: Parts, caller: Caller, disk: WantedDisk, wish: ServerWish) -> None:
    """Whoever names an image beside the volume says what it boots: the volume need not say so of itself."""
    if wish.max_count > 1:
        raise Invalid("server.shared_volume", "Cannot attach one or more volumes to multiple instances: ask for one.")
    try:
        volume = parts.volume.volumes.get(caller, disk.source_id).volume
    except NotFound as error:
        raise Invalid(error.code, f"{_BAD}: failed to get volume {disk.source_id}.") from error
    if disk.boot_index == 0 and not volume.is_bootable and not wish.image_id:
        raise Invalid("volume.not_bootable", f"Block Device {volume.id} is not bootable: say so of it, if it is.")


def _check_snapshot(parts: Parts, caller: Caller, disk: WantedDisk) -> None:
    try:
        snapshot = parts.volume.snapshots.get(caller, disk.source_id)
    except NotFound as error:
        raise Invalid(error.code, f"{_BAD}: failed to get snapshot {disk.source_id}.") from error
    if disk.size_gib and disk.size_gib < snapshot.size_gib:
        raise Invalid("volume.too_small", f"{_BAD}: the volume needs {snapshot.size_gib} GiB to hold the snapshot.")


def _planned(volumes: Sequence[WantedDisk], others: Collection[str]) -> tuple[PlannedDisk, ...]:
    """With a device for each: the one wished for if it is free, else the next."""
    letters = [f"/dev/vd{letter}" for letter in ascii_lowercase]
    first = sorted(volumes, key=lambda disk: (disk.boot_index != 0, letters.index(d) if (d := _named(disk)) else 99))
    taken, planned = {_ROOT, *others}, []
    for disk in first:
        free = [name for name in (_named(disk), *letters) if name and name not in taken]
        device = _ROOT if disk.boot_index == 0 else next(iter(free), "")
        if not device:
            raise Invalid("server.no_device", f"{_BAD}: a server has {len(letters)} disks at most.")
        taken.add(device)
        planned.append(
            PlannedDisk(
                volume_id=disk.source_id if disk.source is DiskSource.VOLUME else "",
                attachment_id="",
                device=device,
                source=disk.source,
                source_id=disk.source_id,
                size_gib=disk.size_gib or None,
                type=disk.type,
                boot_index=disk.boot_index,
                tag=disk.tag,
                goes_with_server=disk.goes_with_server,
            )
        )
    return tuple(planned)


def renewed(disk: PlannedDisk) -> PlannedDisk:
    """For one server: what is made for it gets its id now, so that a step done twice makes one volume."""
    return replace(disk, volume_id=new_uuid() if disk.is_ours else disk.volume_id, attachment_id=new_uuid())


def reserve(parts: Parts, caller: Caller, server: Server, disks: Sequence[PlannedDisk]) -> None:
    """Volumes that are there belong to the server from now on. Raises Invalid("volume.wrong_status")."""
    for disk in disks:
        if disk.is_ours:
            continue
        try:
            reserve_disk(parts, server, disk)
        except Conflict as error:
            raise Invalid(error.code, f"{_BAD}: {error.message}") from error


def _bad_order() -> Invalid:
    return Invalid(
        "server.bad_boot_order",
        f"{_BAD}: Boot sequence for the instance and image/block device mapping combination is not valid. Give one "
        f"disk the boot_index 0, the next 1, and so on.",
    )
