"""Address groups: ranges that rules of security groups name together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

AddressGroupId = NewType("AddressGroupId", str)


@dataclass(frozen=True)
class AddressGroup:
    id: AddressGroupId
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    addresses: tuple[str, ...] = ()
    """Ranges, a single address as one too."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewAddressGroup:
    name: str = ""
    project_id: str = ""
    description: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddressGroupChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
