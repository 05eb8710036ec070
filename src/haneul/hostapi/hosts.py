"""Hosts: what they have and how they join."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CpuInfo:
    arch: str
    vendor: str
    model: str
    sockets: int
    cores: int
    threads: int
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class HostInventory:
    """What a host has and runs, as it reports on connecting and once a minute."""

    host_id: str
    """Given at enrolment, a UUID; never changes."""
    hostname: str
    address: str
    """By which other hosts reach it (the tunnel endpoint)."""
    chassis: str
    """Its name in OVN's southbound database (external_ids:system-id)."""
    vcpus: int
    memory_mib: int
    disk_gib: int
    """Size of the file system that holds the guests' disks."""
    free_memory_mib: int
    free_disk_gib: int
    hypervisor: str
    """QEMU."""
    hypervisor_version: int
    """As nova counts: major*1000000 + minor*1000 + micro."""
    accelerator: str
    """kvm or tcg."""
    cpu: CpuInfo
    uptime_s: int
    load_average: tuple[float, float, float]
    agent_version: str
    running_guests: int
    certificate_ends_at: str = ""
    """Until when others believe that it is this host, as ISO 8601; empty: it does not tell."""


@dataclass(frozen=True)
class Enrolment:
    """What an agent gets for its one-time token: its identity for mutual TLS."""

    host_id: str
    certificate_pem: str
    ca_pem: str


@dataclass(frozen=True)
class Leftovers:
    """Everything on a host that carries the cloud's tag, by id, so that what should not be there is found."""

    guests: tuple[str, ...]
    disks: tuple[str, ...]
    ports: tuple[str, ...]
    metadata_networks: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    present: tuple[str, ...] | None = None
    """Of the guests: those that the hypervisor has; None: the agent is older and does not tell."""
    plugged: tuple[str, ...] | None = None
    """Of the ports: those whose device is there; None as above."""
