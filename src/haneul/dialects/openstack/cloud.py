"""What every handler of the OpenStack APIs is given: the faces of the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haneul.kit.audit import AuditReading
    from haneul.kit.drift import Drift
    from haneul.kit.policy import Caller
    from haneul.kit.upkeep import LoopReport
    from haneul.kit.workflow import Interruption, Oversight, RunView, Trouble
    from haneul.services.compute import Compute
    from haneul.services.identity import Identity
    from haneul.services.image import Images
    from haneul.services.network import Network
    from haneul.services.placement import Placement
    from haneul.services.volume import BlockStorage


@dataclass(frozen=True)
class Work:
    """How the cloud gets on with its long work and with mending."""

    unfinished: tuple[RunView, ...]
    troubled: tuple[Trouble, ...]
    interrupted: tuple[Interruption, ...]
    loops: tuple[LoopReport, ...]


@dataclass(frozen=True)
class Cloud:
    """The cloud as its handlers see it."""

    identity: Identity
    image: Images
    placement: Placement
    network: Network
    compute: Compute
    volume: BlockStorage
    public_url: str
    """By which clients reach the cloud, without a closing slash."""
    region: str
    join_token: Callable[[str], str]
    """Makes of a one-time secret the token that an operator carries to a new host."""
    runs: Oversight
    """Long work; for administrators."""
    audit: AuditReading
    """Who asked for what; for administrators."""
    work: Callable[[Caller], Work]
    """For administrators: how the cloud gets on; raises Forbidden."""
    drift: Callable[[Caller], Drift]
    """For administrators: what differs between what is written and the world; raises Forbidden."""
