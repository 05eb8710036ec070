"""Moves: servers on their way to another size or another host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from haneul.services.compute.model.flavors import FlavorSnapshot
from haneul.services.compute.model.servers import ServerId


class MoveKind(StrEnum):
    """What OpenStack calls the type of a migration."""

    RESIZE = "resize"
    COLD = "migration"
    LIVE = "live-migration"
    EVACUATION = "evacuation"


class MoveStatus(StrEnum):
    """Where a move stands, in OpenStack's words."""

    ACCEPTED = "accepted"
    """Asked for."""
    RUNNING = "running"
    """Its run is at work."""
    FINISHED = "finished"
    """There, to be confirmed or reverted."""
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    COMPLETED = "completed"
    """There; such moves are not to be confirmed."""
    ERROR = "error"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MoveOrder:
    """A move as it was asked for."""

    id: str
    flavor: FlavorSnapshot
    """The new one, or the one that the server has."""
    host_id: str = ""
    """Where it has to go; empty: wherever there is room."""
    may_stay: bool = False
    """Whether the host that it is on will do."""
    was_stopped: bool = False


@dataclass(frozen=True)
class ChosenPlace:
    """From where to where a server moves."""

    move_id: str
    source_id: str
    target_id: str

    @property
    def is_here(self) -> bool:
        return self.source_id == self.target_id


@dataclass(frozen=True)
class Move:
    """A server's way to another size or another host."""

    id: str
    number: int
    server_id: ServerId
    kind: MoveKind
    status: MoveStatus
    project_id: str
    user_id: str
    """Of whoever asked for it."""
    source_id: str
    old_flavor: FlavorSnapshot
    new_flavor: FlavorSnapshot
    created_at: datetime
    updated_at: datetime
    target_id: str | None = None
    """None before a host was chosen."""
    was_stopped: bool = False
    """The server's guest was off when it began, and is off when it ends."""

    @property
    def place(self) -> ChosenPlace:
        return ChosenPlace(self.id, self.source_id, self.target_id or self.source_id)
