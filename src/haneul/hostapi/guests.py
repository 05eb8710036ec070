"""Guests, as they should be and as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from haneul.hostapi.disks import DiskSpec
from haneul.hostapi.networks import NicSpec
from haneul.hostapi.volumes import VolumeDisk


class Power(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    """Off, with its memory saved on the host's disk."""
    CRASHED = "crashed"
    ABSENT = "absent"


@dataclass(frozen=True)
class GuestMetadata:
    """What a guest is told of itself, by config drive and by the metadata service alike.

    Kept on the host beside the guest, so that it is answered while the control plane is away.
    """

    meta_data: str
    """The JSON text of openstack/latest/meta_data.json."""
    network_data: str
    """The JSON text of openstack/latest/network_data.json."""
    user_data: bytes = b""
    vendor_data: str = "{}"
    ec2: dict[str, str] | None = None
    """Path below latest/meta-data/ -> text, e.g. "local-ipv4"; "public-keys/0/openssh-key"."""
    content: tuple[bytes, ...] = ()
    """The files openstack/content/0000 and so on, which meta_data tells the guest to keep, and where."""


@dataclass(frozen=True)
class RebootSpec:
    """A reboot that should have happened: `count` only grows, and the host remembers the last one it did."""

    count: int = 0
    is_hard: bool = False


@dataclass(frozen=True)
class GuestSpec:
    """A guest, as it should be."""

    server_id: str
    project_id: str
    name: str
    vcpus: int
    memory_mib: int
    disks: tuple[DiskSpec, ...]
    """Its own; the first is the root disk, unless it boots from a volume."""
    nics: tuple[NicSpec, ...]
    metadata: GuestMetadata
    has_config_drive: bool = False
    boot_disk: int = 0
    """Which of its disks, and of the volumes behind them, the guest boots from."""
    power: Power = Power.RUNNING
    """RUNNING, STOPPED, PAUSED or SUSPENDED."""
    reboot: RebootSpec = RebootSpec()
    stop_timeout_s: int = 60
    """How long a guest may take to shut itself down before it is switched off; 0: at once."""
    volumes: tuple[VolumeDisk, ...] = ()
    """Plugged in and pulled out while the guest runs."""

    def told(self, metadata: GuestMetadata, nics: tuple[NicSpec, ...] | None) -> GuestSpec:
        """The same with this metadata, and with those of its cards that are said anew."""
        anew = {nic.port_id: nic for nic in nics or ()}
        return replace(self, metadata=metadata, nics=tuple(anew.get(nic.port_id, nic) for nic in self.nics))


@dataclass(frozen=True)
class GuestReport:
    """A guest, as it is now."""

    server_id: str
    power: Power
    is_settled: bool
    """False while the host still works towards what the specification wants; a guest that went off by itself
    is settled, since its host leaves it so until it is asked for again."""
    instance_name: str = ""
    """The domain's name at the hypervisor."""
    detail: str = ""
    """In words, what the host is waiting for while not settled."""


@dataclass(frozen=True)
class ConsoleLog:
    server_id: str
    text: str


@dataclass(frozen=True)
class ConsoleAddress:
    """Where the host offers a guest's console: a TCP port on its loopback or a unix socket."""

    server_id: str
    kind: str
    """vnc or serial."""
    address: str
