"""Disks on a host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageSource:
    """An image that the host fetches from the control plane in pieces and keeps as a base for many disks."""

    image_id: str
    sha512: str
    """See `digest`. It was always that one once: agents and journals of that time know it by this name."""
    size_bytes: int
    disk_format: str
    """As the image service found it by inspection: raw, qcow2 ..."""

    @property
    def digest(self) -> str:
        """Of the file as stored: SHA-256 or SHA-512, as its length says. The base's name in the host's cache."""
        return self.sha512


@dataclass(frozen=True)
class DiskSpec:
    """A disk of a guest, as it should be."""

    disk_id: str
    """Names the file; for a root disk the server's id."""
    size_gib: int
    """0: as large as the image, or as `size_mib` says."""
    image: ImageSource | None = None
    """What it begins as, kept as its backing file; None: empty."""
    serial: str = ""
    """What the guest sees in /sys/block/*/serial, 20 characters at most."""
    bus: str = "virtio"
    """virtio, scsi, sata, ide or usb."""
    device: str = "disk"
    """disk or cdrom."""
    size_mib: int = 0
    """Of one that is not so many GiB; 0: as `size_gib` says."""
    filesystem: str = ""
    """What an empty one is formatted with: ext4 ... or swap; empty: nothing."""
    label: str = ""
    """Of its file system."""
    target: str = ""
    """vda, vdb ...; empty: the next that is free."""


@dataclass(frozen=True)
class DiskReport:
    disk_id: str
    is_ready: bool
    done_bytes: int = 0
    """How much of the image has been fetched, while it is not ready."""
    total_bytes: int = 0
