"""All that block storage may lean on."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.kit.workflow import Runs
from haneul.services.image import Images
from haneul.services.volume.driver import BackupStore, VolumeHosts
from haneul.services.volume.store import VolumeStore


@dataclass(frozen=True)
class Tuning:
    """What an operator may set about block storage."""

    zone: str = "nova"
    """The availability zone in which every volume is."""
    overcommit: float = 4.0
    """How many times over a place's room is promised: volumes take room only as they are written to."""
    leftover_grace_s: int = 30
    message_days: int = 30
    """How long users' messages are kept."""
    max_size_gib: int = 64 * 1024


@dataclass(frozen=True)
class Parts:
    """All that verbs, workflows and upkeep loops of block storage are given."""

    db: Database
    store: VolumeStore
    clock: Clock
    bus: Bus
    policy: Policy
    runs: Runs
    hosts: VolumeHosts
    backups: BackupStore
    image: Images
    tuning: Tuning = Tuning()
