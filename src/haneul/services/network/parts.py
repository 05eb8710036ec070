"""All that networks lean on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.services.network.driver import Kind, NetworkDriver
from haneul.services.network.model.networks import OVERLAY_OVERHEAD_BYTES
from haneul.services.network.model.quotas import DEFAULT_LIMITS
from haneul.services.network.store import NetworkStore


@dataclass(frozen=True)
class Options:
    """What an operator decides of networks."""

    physical_networks: tuple[str, ...] = ()
    """Wires of the provider's that networks may be on, beside those that a host maps to a bridge."""
    wire_mtu: int = 1500
    """The largest packet on the wires between the hosts and to the outside."""
    dns_servers: tuple[str, ...] = ()
    """What guests are told on subnets that name no servers of their own."""
    dns_domain: str = ""
    zone: str = "nova"
    default_limits: Mapping[str, int] = field(default_factory=lambda: DEFAULT_LIMITS)

    @property
    def overlay_mtu(self) -> int:
        return self.wire_mtu - OVERLAY_OVERHEAD_BYTES


class Bell:
    """Rung when the world has something to follow."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def ring(self) -> None:
        for listener in self._listeners:
            listener()


Lock = AbstractContextManager[bool]


@dataclass(frozen=True)
class Parts:
    db: Database
    store: NetworkStore
    clock: Clock
    bus: Bus
    policy: Policy
    driver: NetworkDriver
    options: Options = Options()
    bell: Bell = field(default_factory=Bell)
    telling: Lock = field(default_factory=threading.RLock)
    """Held from reading what should be until the world is told, so that the newest word is the last."""

    def changed(self, kind: Kind, ids: Iterable[str]) -> None:
        """What has these ids changed, came or went: the world follows once this transaction is committed."""
        wanted = list(ids)
        if wanted:
            self.store.pending.mark(kind, wanted, self.clock.now())
            self.db.after_commit(self.bell.ring)
