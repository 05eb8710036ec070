"""How many addresses there are, and how many are given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SubnetAvailability:
    subnet_id: str
    subnet_name: str
    ip_version: int
    cidr: str
    total: int
    """All addresses of its pools."""
    used: int


@dataclass(frozen=True)
class IpAvailability:
    network_id: str
    network_name: str
    project_id: str
    subnets: tuple[SubnetAvailability, ...]

    @property
    def total(self) -> int:
        return sum(subnet.total for subnet in self.subnets)

    @property
    def used(self) -> int:
        return sum(subnet.used for subnet in self.subnets)
