"""The messages on the wire, one JSON text each, and the table of operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from haneul.hostapi.disks import DiskReport, DiskSpec
from haneul.hostapi.guests import ConsoleAddress, ConsoleLog, GuestReport, GuestSpec
from haneul.hostapi.hosts import HostInventory, Leftovers


@dataclass(frozen=True)
class Command:
    """One operation asked of the other side."""

    id: int
    op: str
    args: dict[str, Any]
    run: str = ""
    """The run it belongs to; the agent refuses an epoch below the highest it has seen of that run."""
    epoch: int = 0


@dataclass(frozen=True)
class Failure:
    """A refusal: `kind` and `code` as in kit/errors."""

    kind: str
    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    id: int
    result: Any = None
    error: Failure | None = None


@dataclass(frozen=True)
class Event:
    """Something changed on the host: `guest_changed` and `disk_ready` with the id, `inventory_changed`."""

    name: str
    subject: str


@dataclass(frozen=True)
class Operation:
    """What an operation takes, by name, and what it answers with."""

    takes: dict[str, Any]
    returns: Any


OPERATIONS: dict[str, Operation] = {
    "ensure_disk": Operation({"spec": DiskSpec}, DiskReport),
    "remove_disk": Operation({"disk_id": str}, None),
    "ensure_guest": Operation({"spec": GuestSpec}, GuestReport),
    "remove_guest": Operation({"server_id": str}, GuestReport),
    "get_guest": Operation({"server_id": str}, GuestReport),
    "read_console_log": Operation({"server_id": str, "lines": int | None}, ConsoleLog),
    "get_console": Operation({"server_id": str, "kind": str}, ConsoleAddress),
    "get_inventory": Operation({}, HostInventory),
    "read_password": Operation({"server_id": str}, str),
    "list_leftovers": Operation({}, Leftovers),
}
