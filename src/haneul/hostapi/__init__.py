"""What the control plane and the agents on the hosts say to each other: frozen dataclasses, nothing else.

The control plane sends a command (kit/peer); the agent looks, makes it so, and answers with the report of the
operation. Every operation of `OPERATIONS` may be repeated and reports how things are now, so that long work
(fetching an image, stopping a guest in peace) is asked for again until its report says that it is done. The
agent sends an `Event` when something changed that the control plane should look at.
"""

from haneul.hostapi.disks import DiskReport, DiskSpec, ImageSource
from haneul.hostapi.guests import (
    ConsoleAddress,
    ConsoleLog,
    GuestMetadata,
    GuestReport,
    GuestSpec,
    Power,
    RebootSpec,
)
from haneul.hostapi.hosts import CpuInfo, Enrolment, HostInventory, Leftovers
from haneul.hostapi.join import JoinToken, parse_join_token
from haneul.hostapi.networks import MetadataPort, NicSpec
from haneul.hostapi.snapshots import SnapshotReport, SnapshotSpec, owner_of
from haneul.hostapi.usage import DiskUse, GuestUse, NicUse
from haneul.hostapi.volumes import (
    VOLUME_CHUNK_BYTES,
    StreamSource,
    VolumeDisk,
    VolumeLimits,
    VolumePlace,
    VolumeReport,
    VolumeRoom,
    VolumeSpec,
)
from haneul.hostapi.wire import (
    CHUNK_BYTES,
    CONTROL_OPERATIONS,
    MAX_MESSAGE_BYTES,
    OPERATIONS,
    SERVER_NAME,
    Event,
    Operation,
)

__all__ = [
    "CHUNK_BYTES",
    "CONTROL_OPERATIONS",
    "MAX_MESSAGE_BYTES",
    "OPERATIONS",
    "SERVER_NAME",
    "VOLUME_CHUNK_BYTES",
    "ConsoleAddress",
    "ConsoleLog",
    "CpuInfo",
    "DiskReport",
    "DiskSpec",
    "DiskUse",
    "Enrolment",
    "Event",
    "GuestMetadata",
    "GuestReport",
    "GuestSpec",
    "GuestUse",
    "HostInventory",
    "ImageSource",
    "JoinToken",
    "Leftovers",
    "MetadataPort",
    "NicSpec",
    "NicUse",
    "Operation",
    "Power",
    "RebootSpec",
    "SnapshotReport",
    "SnapshotSpec",
    "StreamSource",
    "VolumeDisk",
    "VolumeLimits",
    "VolumePlace",
    "VolumeReport",
    "VolumeRoom",
    "VolumeSpec",
    "owner_of",
    "parse_join_token",
]
