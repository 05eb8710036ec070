"""All that compute may lean on."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.kit.workflow import Runs
from haneul.services.compute.driver import Hosts
from haneul.services.compute.store import ComputeStore
from haneul.services.image import Images
from haneul.services.network import Network
from haneul.services.placement import Placement
from haneul.services.volume import BlockStorage


@dataclass(frozen=True)
class Tuning:
    """What an operator may set about compute."""

    zone: str = "nova"
    """The availability zone in which every host is."""
    reserved_memory_mib: int = 512
    """Of every host, for itself."""
    seen_within_s: int = 60
    """A host that was not heard of for longer counts as down."""
    join_within_s: int = 3600
    """How long a join token is good."""
    console_within_s: int = 600
    """How long the address of a remote console is good."""
    leftover_grace_s: int = 30
    """How long something on a host may belong to nobody before it is removed."""
    tombstone_days: int = 90
    """How long a server that is gone is remembered."""
    stop_timeout_s: int = 60
    """How long a guest may take to shut itself down before it is switched off."""
    resize_on_same_host: bool = True
    """Whether a server may stay on its host when it gets another size."""
    confirm_after_s: int = 0
    """After so long a resize is confirmed by itself; 0: never."""
    offload_after_s: int = 0
    """After so long its host forgets a shelved server; 0: at once, below 0: never."""
    reclaim_after_s: int = 0
    """So long a deleted server is kept to be restored; 0: not at all."""


@dataclass(frozen=True)
class Parts:
    """All that compute's verbs, workflows and upkeep loops are given."""

    db: Database
    store: ComputeStore
    clock: Clock
    bus: Bus
    policy: Policy
    runs: Runs
    hosts: Hosts
    image: Images
    network: Network
    placement: Placement
    volume: BlockStorage
    tuning: Tuning = Tuning()
