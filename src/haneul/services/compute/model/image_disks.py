"""Disks as the property `block_device_mapping` of an image tells of them, as Nova writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from haneul.services.compute.model.volumes import DiskSource, ServerVolume, WantedDisk

MAPPING, IS_NEW = "block_device_mapping", "bdm_v2"


def disks_in(text: str) -> list[WantedDisk]:
    """Raises ValueError for what cannot be read."""
    try:
        return [_wanted(each) for each in json.loads(text) if not each.get("no_device")]
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(str(error)) from error


def _wanted(told: Mapping[str, Any]) -> WantedDisk:
    source = DiskSource(told["source_type"])
    return WantedDisk(
        source=source,
        source_id=str(told.get(f"{source}_id") or told.get("uuid") or ""),
        is_volume=told.get("destination_type", "volume") == "volume",
        boot_index=None if (index := told.get("boot_index")) is None or int(index) < 0 else int(index),
        size_gib=int(told.get("volume_size") or 0),
        type=str(told.get("volume_type") or ""),
        device=str(told.get("device_name") or ""),
        tag=told.get("tag") or None,
        filesystem=str(told.get("guest_format") or "") if source is DiskSource.BLANK else "",
        goes_with_server=bool(told.get("delete_on_termination")),
    )


def described(rows: Sequence[tuple[ServerVolume, int, str]]) -> dict[str, str]:
    """The properties of an image of a server with these volumes, each with its GiB and its snapshot's id."""
    disks = [
        {
            "source_type": "snapshot",
            "destination_type": "volume",
            "snapshot_id": snapshot_id,
            "volume_size": size_gib,
            "boot_index": row.boot_index,
            "device_name": row.device,
            "delete_on_termination": row.goes_with_server,
            "device_type": "disk",
            "disk_bus": "virtio",
            "guest_format": None,
            "image_id": None,
            "volume_id": None,
            "no_device": None,
            "tag": row.tag,
            "volume_type": None,
        }
        for row, size_gib, snapshot_id in rows
    ]
    return {MAPPING: json.dumps(disks), IS_NEW: "True", "root_device_name": "/dev/vda"}
