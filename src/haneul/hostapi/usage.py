"""What a guest has used since it was started, as its host counts it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NicUse:
    mac: str
    device: str
    rx_bytes: int
    rx_packets: int
    rx_errors: int
    rx_drops: int
    tx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_drops: int


@dataclass(frozen=True)
class DiskUse:
    device: str
    """As the guest has it: vda."""
    read_bytes: int
    reads: int
    written_bytes: int
    writes: int


@dataclass(frozen=True)
class GuestUse:
    server_id: str
    cpu_times_ns: tuple[int, ...]
    """Of each virtual CPU."""
    memory_mib: int
    memory_used_mib: int | None
    """None while the guest does not say."""
    nics: tuple[NicUse, ...]
    disks: tuple[DiskUse, ...]
