"""Trunks: one port of a guest that carries several networks, told apart by VLAN tags inside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from msgspec import UNSET, UnsetType

TrunkId = NewType("TrunkId", str)

VLAN, INHERIT = "vlan", "inherit"
FIRST_TAG, LAST_TAG = 1, 4094
SUBPORT_OWNER = "trunk:subport"


@dataclass(frozen=True)
class SubPort:
    """A port whose packets a guest sends and gets by another port, with a tag."""

    port_id: str
    tag: int
    mac_address: str = ""


@dataclass(frozen=True)
class Trunk:
    id: TrunkId
    project_id: str
    name: str
    port_id: str
    """The port that the guest has."""
    created_at: datetime
    updated_at: datetime
    description: str = ""
    is_admin_up: bool = True
    """False: its subports stay as they are."""
    revision_number: int = 0
    tags: tuple[str, ...] = ()
    sub_ports: tuple[SubPort, ...] = ()
    status: str = "DOWN"
    """That of its port."""


@dataclass(frozen=True)
class WantedSubPort:
    port_id: str
    segmentation_type: str
    """vlan, or inherit: the tag of the subport's own network on the provider's wire."""
    tag: int | None = None


@dataclass(frozen=True)
class NewTrunk:
    port_id: str
    name: str = ""
    project_id: str = ""
    description: str = ""
    is_admin_up: bool = True
    sub_ports: tuple[WantedSubPort, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrunkChanges:
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_admin_up: bool | UnsetType = UNSET
