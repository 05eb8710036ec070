"""The disks that a request to create servers asks for, in both forms that Nova has had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.kit.errors import Invalid
from haneul.services.compute import SWAP, DiskSource, WantedDisk

NEW, OLD = "block_device_mapping_v2", "block_device_mapping"
_BAD = "Block Device Mapping is Invalid"
_ROOTS = frozenset({"vda", "/dev/vda", "sda", "/dev/sda"})
_TRUE = frozenset({True, "true", "True", "TRUE", "1", "on", "yes"})


def wanted_disks(asked: Mapping[str, Any]) -> tuple[WantedDisk, ...]:
    """Raises Invalid for what makes no sense by itself."""
    new, old = asked.get(NEW) or (), asked.get(OLD) or ()
    if new and old:
        raise Invalid("server.two_forms", f"Using different {OLD} syntaxes is not allowed in the same request.")
    disks = [_disk(each) for each in new if not each.get("no_device")]
    has_root = bool(asked.get("imageRef"))
    return tuple(disks) or tuple(_old_disk(each, has_root) for each in old if not _is_nothing(each))


def _disk(told: Mapping[str, Any]) -> WantedDisk:
    if "source_type" not in told:
        raise Invalid("server.bad_disk", f"{_BAD}: say what the disk begins as: it has no source_type.")
    source, source_id = DiskSource(told["source_type"]), told.get("uuid") or ""
    if source is DiskSource.BLANK and source_id:
        raise Invalid("server.bad_disk", f"{_BAD}: Invalid device UUID: a blank disk begins as nothing.")
    if source is not DiskSource.BLANK and not source_id:
        raise Invalid("server.bad_disk", f"{_BAD}: Missing device UUID: say which {source} the disk begins as.")
    usual = "volume" if source in (DiskSource.VOLUME, DiskSource.SNAPSHOT) else "local"
    return WantedDisk(
        source=source,
        source_id=source_id,
        is_volume=(told.get("destination_type") or usual) == "volume",
        boot_index=_boot_index(told.get("boot_index")),
        size_gib=int(told.get("volume_size") or 0),
        type=told.get("volume_type") or "",
        device=told.get("device_name") or "",
        tag=told.get("tag"),
        filesystem=str(told.get("guest_format") or "") if source is DiskSource.BLANK else "",
        goes_with_server=told.get("delete_on_termination") in _TRUE,
    )


def _boot_index(told: str | float | None) -> int | None:
    """None and numbers below 0: never booted from. JSON's -1.0 is a whole number too."""
    index = -1 if told is None else int(told)
    return None if index < 0 else index


def _old_disk(told: Mapping[str, Any], has_root: bool) -> WantedDisk:
    """In the first form: a device, and a volume or snapshot for it."""
    device = str(told.get("device_name") or "")
    virtual = str(told.get("virtual_name") or "")
    if virtual == SWAP or virtual.startswith("ephemeral"):
        size, kind = int(told.get("volume_size") or 0), SWAP if virtual == SWAP else ""
        return WantedDisk(DiskSource.BLANK, is_volume=False, size_gib=size, device=device, filesystem=kind)
    if not (told.get("volume_id") or told.get("snapshot_id")):
        raise Invalid("server.bad_disk", f"{_BAD}: name a volume_id, a snapshot_id or a virtual_name for {device}.")
    source = DiskSource.VOLUME if told.get("volume_id") else DiskSource.SNAPSHOT
    return WantedDisk(
        source=source,
        source_id=str(told.get("volume_id") or told["snapshot_id"]),
        boot_index=0 if not has_root and device in _ROOTS else None,
        size_gib=int(told.get("volume_size") or 0),
        device=device,
        goes_with_server=told.get("delete_on_termination") in _TRUE,
    )


def _is_nothing(told: Mapping[str, Any]) -> bool:
    """Something that takes a disk of the image away again."""
    return told.get("no_device") not in (None, "", False)
