"""The ephemeral disks and the swap of a new server: what is asked for, within what its flavor allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from string import ascii_lowercase

from haneul.kit.errors import Invalid
from haneul.services.compute.model import FILE_SYSTEMS, SWAP, FlavorSnapshot, LocalDisk, WantedDisk, sized_for

BAD = "Block Device Mapping is Invalid"
_MIB = 1024


def chosen_local_disks(
    wanted: Sequence[WantedDisk], flavor: FlavorSnapshot, taken: Collection[str]
) -> tuple[LocalDisk, ...]:
    """Those that are wanted, and what the flavor brings where nothing is; `taken` are devices of others.

    Raises Invalid for more than the flavor allows, and for file systems that hosts do not make.
    """
    swaps = [disk for disk in wanted if disk.filesystem == SWAP]
    others = [disk for disk in wanted if disk.filesystem != SWAP]
    _check_ephemeral(others, flavor)
    _check_swap(swaps, flavor)
    devices = iter(f"/dev/vd{letter}" for letter in ascii_lowercase[1:] if f"/dev/vd{letter}" not in taken)
    free = (device for device in devices if device not in {named(disk) for disk in wanted})
    chosen = [
        LocalDisk(
            device=_device(disk, taken) or next(free, ""),
            size_mib=(disk.size_gib or flavor.ephemeral_gib) * _MIB,
            filesystem=disk.filesystem or FILE_SYSTEMS[-1],
            number=number,
            is_chosen=True,
        )
        for number, disk in enumerate(others)
    ]
    for disk in swaps:
        chosen.append(LocalDisk(_device(disk, taken) or next(free, ""), disk.size_gib or flavor.swap_mib, SWAP))
    asked_mib = next((disk.size_mib for disk in chosen if disk.is_swap), flavor.swap_mib)
    sized = [replace(disk, size_mib=asked_mib) if disk.is_swap else disk for disk in sized_for(flavor, chosen, taken)]
    if not all(disk.device for disk in sized):
        raise Invalid("server.no_device", f"{BAD}: a server has {len(ascii_lowercase)} disks at most.")
    return tuple(sized)


def _check_ephemeral(wanted: Sequence[WantedDisk], flavor: FlavorSnapshot) -> None:
    for disk in wanted:
        if disk.boot_index == 0:
            raise Invalid("server.bad_disk", f"{BAD}: nothing boots from a blank disk: give it no boot_index.")
        if disk.filesystem not in ("", *FILE_SYSTEMS):
            offered = ", ".join((*FILE_SYSTEMS, SWAP))
            raise Invalid("server.bad_disk", f"{BAD}: guest_format {disk.filesystem}: choose one of {offered}.")
    if sum(disk.size_gib or flavor.ephemeral_gib for disk in wanted) > flavor.ephemeral_gib or (
        wanted and not flavor.ephemeral_gib
    ):
        raise Invalid(
            "server.too_much_ephemeral",
            f"{BAD}: Ephemeral disks requested are larger than the instance type allows ({flavor.ephemeral_gib} GiB). "
            f"If no size is given in one block device mapping, flavor ephemeral size will be used.",
        )


def _check_swap(wanted: Sequence[WantedDisk], flavor: FlavorSnapshot) -> None:
    if len(wanted) > 1:
        raise Invalid("server.two_swaps", f"{BAD}: More than one swap drive requested.")
    if wanted and (not flavor.swap_mib or wanted[0].size_gib > flavor.swap_mib):
        message = f"{BAD}: Swap drive requested is larger than instance type allows ({flavor.swap_mib} MiB)."
        raise Invalid("server.too_much_swap", message)


def _device(disk: WantedDisk, taken: Collection[str]) -> str:
    """The one that was asked for, if it is free."""
    return name if (name := named(disk)) not in taken else ""


def named(disk: WantedDisk) -> str:
    """The device that was asked for, if it is one that a disk may have."""
    name = disk.device.removeprefix("/dev/")
    return f"/dev/{name}" if len(name) == 3 and name[:2] == "vd" and name[2] in ascii_lowercase else ""
