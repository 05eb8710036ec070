"""The tables of operations; the messages that carry them are those of kit/peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from haneul.hostapi.disks import DiskReport, DiskSpec, ImageSource
from haneul.hostapi.guests import ConsoleAddress, ConsoleLog, GuestMetadata, GuestReport, GuestSpec
from haneul.hostapi.hosts import Enrolment, HostInventory, Leftovers
from haneul.hostapi.networks import NicSpec
from haneul.hostapi.snapshots import SnapshotReport, SnapshotSpec
from haneul.hostapi.usage import GuestUse
from haneul.hostapi.volumes import VolumePlace, VolumeReport, VolumeRoom, VolumeSpec


@dataclass(frozen=True)
class Event:
    """Something changed: `guest_changed`, `disk_ready`, `snapshot_ready`, `volume_ready` with an id, or the host."""

    name: str
    subject: str


@dataclass(frozen=True)
class Operation:
    """What an operation takes, by name, and what it answers with."""

    takes: dict[str, Any]
    returns: Any


OPERATIONS: dict[str, Operation] = {
    "ensure_disk": Operation({"spec": DiskSpec}, DiskReport),
    "ensure_base": Operation({"source": ImageSource, "waiter": str}, DiskReport),
    "remove_disk": Operation({"disk_id": str}, None),
    "remove_port": Operation({"port_id": str}, None),
    "ensure_guest": Operation({"spec": GuestSpec}, GuestReport),
    "remove_guest": Operation({"server_id": str}, GuestReport),
    "tell_guest": Operation({"server_id": str, "metadata": GuestMetadata, "nics": tuple[NicSpec, ...] | None}, None),
    "get_guest": Operation({"server_id": str}, GuestReport),
    "read_console_log": Operation({"server_id": str, "lines": int | None}, ConsoleLog),
    "get_console": Operation({"server_id": str, "kind": str}, ConsoleAddress),
    "get_usage": Operation({"server_id": str}, GuestUse),
    "open_console": Operation({"server_id": str, "kind": str, "stream": str}, ConsoleAddress),
    "get_inventory": Operation({}, HostInventory),
    "read_password": Operation({"server_id": str}, str),
    "forget_password": Operation({"server_id": str}, None),
    "set_password": Operation({"server_id": str, "user": str, "password": str}, None),
    "copy_disk": Operation({"disk_id": str, "copy_id": str}, DiskReport),
    "restore_disk": Operation({"disk_id": str, "copy_id": str}, None),
    "ensure_snapshot": Operation({"spec": SnapshotSpec}, SnapshotReport),
    "read_snapshot": Operation({"snapshot_id": str, "offset": int, "length": int}, bytes),
    "remove_snapshot": Operation({"snapshot_id": str}, None),
    "list_leftovers": Operation({}, Leftovers),
    "ensure_volume": Operation({"spec": VolumeSpec}, VolumeReport),
    "revert_volume": Operation({"spec": VolumeSpec}, VolumeReport),
    "remove_volume": Operation({"place": VolumePlace}, None),
    "rename_volume": Operation({"place": VolumePlace, "name": str}, VolumeReport),
    "read_volume": Operation({"place": VolumePlace, "offset": int, "length": int}, bytes),
    "sum_volume": Operation({"place": VolumePlace, "first": int, "count": int}, tuple[str, ...]),
    "swap_volume": Operation({"server_id": str, "old": VolumePlace, "new": VolumePlace}, VolumeReport),
    "keep_volume": Operation({"server_id": str, "old": VolumePlace, "new": VolumePlace}, VolumeReport),
    "list_volumes": Operation({}, tuple[VolumeRoom, ...]),
}
"""What the control plane asks of a host."""

CONTROL_OPERATIONS: dict[str, Operation] = {
    "join": Operation({"secret": str, "hostname": str, "request_pem": str}, Enrolment),
    "renew_certificate": Operation({"request_pem": str}, Enrolment),
    "report_inventory": Operation({"inventory": HostInventory}, None),
    "read_image": Operation({"image_id": str, "offset": int, "length": int}, bytes),
    "read_stream": Operation({"name": str, "offset": int, "length": int}, bytes),
}
"""What a host asks of the control plane: `join` before it has a certificate, the others with it."""

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
"""How much of an image is asked for at a time."""

SERVER_NAME = "control.haneul"
"""What the control plane's certificate is made out to, besides its addresses: hosts check this name."""
