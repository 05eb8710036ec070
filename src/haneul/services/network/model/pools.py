"""Subnet pools, which subnets are cut from, and address scopes, in which ranges are unique."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

from haneul.services.network.model.addressing import Range, parse_cidr

SubnetPoolId = NewType("SubnetPoolId", str)
AddressScopeId = NewType("AddressScopeId", str)

SHORTEST = {4: 8, 6: 64}
"""The prefix length of the largest subnet that a pool gives unless it says otherwise, by IP version."""
LONGEST = {4: 32, 6: 128}
_COUNTED = {4: 32, 6: 64}
"""What a pool's quota is counted in: addresses of IPv4, ranges of /64 of IPv6."""


@dataclass(frozen=True)
class AddressScope:
    id: AddressScopeId
    project_id: str
    name: str
    ip_version: int
    created_at: datetime
    updated_at: datetime
    description: str = ""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewAddressScope:
    ip_version: int
    name: str = ""
    project_id: str = ""
    is_shared: bool | UnsetType = UNSET


@dataclass(frozen=True)
class AddressScopeChanges:
    name: str | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET


@dataclass(frozen=True)
class SubnetPool:
    id: SubnetPoolId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    ip_version: int
    prefixes: tuple[str, ...]
    """In order, and as few as say the same."""
    min_prefixlen: int
    max_prefixlen: int
    default_prefixlen: int
    """Of a subnet of which nothing is said."""
    default_quota: int | None = None
    """How much of it a project may have, in units of the IP version; None: all."""
    is_default: bool = False
    scope_id: str | None = None
    description: str = ""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewSubnetPool:
    name: str
    prefixes: tuple[str, ...]
    project_id: str = ""
    description: str = ""
    min_prefixlen: int | UnsetType = UNSET
    max_prefixlen: int | UnsetType = UNSET
    default_prefixlen: int | UnsetType = UNSET
    default_quota: int | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    scope_id: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class SubnetPoolChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    prefixes: tuple[str, ...] | UnsetType = UNSET
    min_prefixlen: int | UnsetType = UNSET
    max_prefixlen: int | UnsetType = UNSET
    default_prefixlen: int | UnsetType = UNSET
    default_quota: int | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET
    scope_id: str | UnsetType | None = UNSET


def compact(prefixes: Iterable[str]) -> tuple[str, ...]:
    """The same addresses in as few ranges as can be, in order; all of one IP version. Raises Invalid."""
    ranges = [parse_cidr(prefix) for prefix in prefixes]
    return tuple(str(each) for each in ipaddress.collapse_addresses(ranges))  # type: ignore[type-var]


def covers(prefixes: Iterable[str], cidr: Range) -> bool:
    """True if all of the range is within one of the prefixes."""
    return any(cidr.subnet_of(whole) for whole in _ranges(prefixes, cidr.version))  # type: ignore[arg-type]


def without(prefixes: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    """What remains of the prefixes."""
    remaining: list[Range] = [parse_cidr(prefix) for prefix in prefixes]
    for each in map(parse_cidr, gone):
        remaining = [piece for whole in remaining for piece in _minus(whole, each)]
    return compact(str(each) for each in remaining) if remaining else ()


def first_free(prefixes: Sequence[str], taken: Iterable[str], prefixlen: int) -> str | None:
    """The lowest range of this size within the prefixes that has nothing in common with those taken."""
    spans = sorted((int(each.network_address), int(each.broadcast_address)) for each in map(parse_cidr, taken))
    for whole in map(parse_cidr, prefixes):
        if whole.prefixlen > prefixlen:
            continue
        size = 1 << (whole.max_prefixlen - prefixlen)
        start, last = int(whole.network_address), int(whole.broadcast_address)
        for low, high in spans:
            if high < start or low > last:
                continue
            if low >= start + size:
                break
            start = -(-(high + 1) // size) * size
        if start + size - 1 <= last:
            return f"{type(whole.network_address)(start)}/{prefixlen}"
    return None


def units(cidr: Range) -> int:
    """How much of a pool's quota the range takes; less than one unit counts as one."""
    return 1 << max(_COUNTED[cidr.version] - cidr.prefixlen, 0)


def _ranges(prefixes: Iterable[str], version: int) -> Iterator[Range]:
    return (whole for whole in map(parse_cidr, prefixes) if whole.version == version)


def _minus(whole: Range, gone: Range) -> list[Range]:
    if whole.version != gone.version or not whole.overlaps(gone):
        return [whole]
    if whole.subnet_of(gone):  # type: ignore[arg-type]
        return []
    return list(whole.address_exclude(gone))  # type: ignore[arg-type]
