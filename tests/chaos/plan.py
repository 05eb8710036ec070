"""What happens when and to whom: made of a seed before anything begins, so that a seed replays it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Victim(StrEnum):
    """What is disturbed, and how."""

    CONTROL = "control"
    """kill -9 of a control plane, which is started again."""
    DATABASE = "database"
    """kill -9 of PostgreSQL, which is started again."""
    AGENT = "agent"
    """An agent dies in the midst of what it does, and is started again."""
    MACHINE = "machine"
    """A host loses power: its guests and its agent are gone; it starts again."""
    HYPERVISOR = "hypervisor"
    """libvirt does not answer for a while."""
    GUEST = "guest"
    """A guest's QEMU dies."""
    WIRE = "wire"
    """The connection between an agent and the control plane is cut."""
    SILENCE = "silence"
    """The same without anybody being told: nothing arrives any more."""
    DISK = "disk"
    """A host's disk is full for a while."""
    CLOCK = "clock"
    """The control plane's clock is wrong for a while."""


_WEIGHTS: Mapping[Victim, int] = {
    Victim.CONTROL: 6,
    Victim.AGENT: 6,
    Victim.MACHINE: 2,
    Victim.HYPERVISOR: 3,
    Victim.GUEST: 4,
    Victim.WIRE: 4,
    Victim.SILENCE: 1,
    Victim.DISK: 2,
    Victim.CLOCK: 2,
}
_CLOCK_S = (-3600, -90, 90, 3600)


@dataclass(frozen=True)
class Blow:
    """One disturbance."""

    after_s: float
    """Since the one before."""
    victim: Victim
    which: int
    """Number of the host, control plane or guest, modulo how many there are."""
    lasts_s: float
    amount: int = 0
    """An agent: how many more calls of its drivers it lives. A clock: by how many seconds it is wrong."""

    def __str__(self) -> str:
        return f"{self.victim} {self.which} for {self.lasts_s:.1f} s ({self.amount})"


def plan(seed: int, kills: int, every_s: float, has_database: bool = False) -> list[Blow]:
    """So many blows, one about every `every_s` seconds."""
    chance = Random(f"blows {seed}")
    weights = dict(_WEIGHTS) | ({Victim.DATABASE: 2} if has_database else {})
    victims = chance.choices(list(weights), list(weights.values()), k=kills)
    return [_blow(chance, victim, every_s) for victim in victims]


def _blow(chance: Random, victim: Victim, every_s: float) -> Blow:
    amount = chance.randint(0, 30) if victim is Victim.AGENT else 0
    if victim is Victim.CLOCK:
        amount = chance.choice(_CLOCK_S)
    after_s, lasts_s = chance.uniform(0.2, 1.8) * every_s, chance.uniform(0.2, 4.0)
    return Blow(after_s, victim, chance.randrange(1 << 30), lasts_s, amount)
