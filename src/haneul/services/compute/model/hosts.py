"""Hosts: the machines on which guests live, and how they join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from haneul.hostapi import HostInventory

HostId = NewType("HostId", str)


@dataclass(frozen=True)
class Host:
    """A machine that joined the cloud."""

    id: HostId
    number: int
    name: str
    joined_at: datetime
    inventory: HostInventory | None = None
    """As last reported; None until it first connects."""
    seen_at: datetime | None = None
    is_disabled: bool = False
    disabled_reason: str | None = None
    is_forced_down: bool = False
    updated_at: datetime | None = None

    def is_up(self, now: datetime, within_s: int) -> bool:
        """True if it was heard of in the last `within_s` seconds and not declared down."""
        return _is_up(self, now, within_s)


@dataclass(frozen=True)
class HostGlance:
    """What of a host is shown beside its servers: all but what it has."""

    id: HostId
    name: str
    seen_at: datetime | None
    is_disabled: bool
    is_forced_down: bool

    def is_up(self, now: datetime, within_s: int) -> bool:
        """As a Host's."""
        return _is_up(self, now, within_s)


def _is_up(host: Host | HostGlance, now: datetime, within_s: int) -> bool:
    heard = host.seen_at is not None and now - host.seen_at <= timedelta(seconds=within_s)
    return heard and not host.is_forced_down


@dataclass(frozen=True)
class Hypervisor:
    """A host with what its servers take of it."""

    host: Host
    is_up: bool
    servers: int
    vcpus_used: int
    memory_mib_used: int
    disk_gib_used: int
    building: int = 0
    """How many of its servers are in the midst of long work."""


@dataclass(frozen=True)
class JoinGrant:
    """A one-time permission to join: the token is told once, only its secret's hash is kept."""

    token: str
    expires_at: datetime
