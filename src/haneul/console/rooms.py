"""What every page is given: the faces of the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from haneul.kit.audit import AuditReading
    from haneul.kit.clock import Clock
    from haneul.kit.policy import Caller
    from haneul.kit.upkeep import LoopReport
    from haneul.kit.workflow import Interruption, Oversight, RunView, Trouble
    from haneul.services.compute import Compute
    from haneul.services.identity import Identity
    from haneul.services.image import Images
    from haneul.services.network import Network
    from haneul.services.placement import Placement
    from haneul.services.volume import BlockStorage


class Work(Protocol):
    """How the cloud gets on with its long work and with mending."""

    @property
    def unfinished(self) -> Sequence[RunView]: ...

    @property
    def troubled(self) -> Sequence[Trouble]: ...

    @property
    def interrupted(self) -> Sequence[Interruption]: ...

    @property
    def loops(self) -> Sequence[LoopReport]: ...


@dataclass(frozen=True)
class Rooms:
    """The cloud as its pages see it."""

    identity: Identity
    compute: Compute
    image: Images
    network: Network
    volume: BlockStorage
    placement: Placement
    clock: Clock
    public_url: str
    """By which browsers reach the cloud, without a closing slash."""
    work: Callable[[Caller], Work]
    """For administrators: how the cloud gets on; raises Forbidden."""
    trouble: Callable[[], Mapping[str, str]]
    """What keeps this process from serving, in words, by part; empty when it is ready."""
    runs: Oversight
    """For administrators."""
    audit: AuditReading
    """For administrators."""
