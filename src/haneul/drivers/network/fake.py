"""Networks that exist in memory only: for tests, demonstrations and load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from haneul.kit.errors import Conflict, Unavailable
from haneul.services.network import (
    Chassis,
    FloatingIpIntent,
    Foreign,
    Intent,
    Kind,
    Owned,
    PacketTrace,
    PortIntent,
    PortSeen,
    RouterIntent,
    SecurityGroupIntent,
    SubnetIntent,
    Traced,
)


class FakeNetworks:
    """Remembers what it was told. A port that is bound to a chassis comes up at once unless `holds_ports_down`."""

    def __init__(self, hosts: int = 1) -> None:
        self.intents: dict[Owned, Intent] = {}
        self.is_reachable = True
        self.holds_ports_down = False
        self.chassis: tuple[Chassis, ...] = tuple(_chassis(number) for number in range(1, hosts + 1))
        self.foreign: tuple[Foreign, ...] = ()
        """What somebody else wrote beside the cloud."""
        self.told = 0
        """How many intents it was given that changed something."""
        self._up: set[str] = set()
        self._lock = threading.RLock()
        self._port_seen: Callable[[PortSeen], None] = lambda _seen: None
        self._changed: Callable[[], None] = lambda: None

    def ensure(self, intents: Sequence[Intent]) -> int:
        with self._lock:
            self._require_reachable()
            draft = dict(self.intents)
            new = []
            for intent in intents:
                self._require_ready(intent, draft)
                owned = Owned(intent.kind, intent.id)
                if draft.get(owned) != intent:
                    new.append(intent)
                draft[owned] = intent
            self.intents = draft
            self.told += len(new)
        for intent in new:
            if isinstance(intent, PortIntent) and not self.holds_ports_down:
                self.set_up(intent.id, self._is_plugged(intent))
                self._follow(intent)
        return len(new)

    def differing(self, intents: Sequence[Intent]) -> frozenset[Owned]:
        self._require_reachable()
        now = self.intents
        by_owned = {Owned(intent.kind, intent.id): intent for intent in intents}
        return frozenset(owned for owned, intent in by_owned.items() if now.get(owned) != intent)

    def remove(self, owned: Sequence[Owned]) -> None:
        with self._lock:
            self._require_reachable()
            for each in owned:
                self.intents.pop(each, None)
                self._up.discard(each.id)

    def list_owned(self) -> frozenset[Owned]:
        self._require_reachable()
        return frozenset(self.intents)

    def list_foreign(self) -> tuple[Foreign, ...]:
        self._require_reachable()
        return self.foreign

    def list_up(self) -> frozenset[str]:
        self._require_reachable()
        return frozenset(self._up)

    def trace(self, packet: PacketTrace) -> Traced | None:
        """Nothing passes here, so nothing can be said."""
        self._require_reachable()
        return None

    def list_chassis(self) -> tuple[Chassis, ...]:
        return self.chassis

    def remove_chassis(self, name: str) -> None:
        self.chassis = tuple(each for each in self.chassis if each.name != name)

    def watch(self, port_seen: Callable[[PortSeen], None], changed: Callable[[], None]) -> None:
        self._port_seen, self._changed = port_seen, changed

    def close(self) -> None:
        self._port_seen, self._changed = lambda _seen: None, lambda: None

    def set_up(self, port_id: str, is_up: bool) -> None:
        """A host has the port, or has it no more."""
        if is_up == (port_id in self._up):
            return
        (self._up.add if is_up else self._up.discard)(port_id)
        self._port_seen(PortSeen(port_id, is_up))

    def wipe(self) -> None:
        """Somebody emptied the network's database behind the cloud's back."""
        with self._lock:
            self.intents = {}
            self._up = set()
        self._changed()

    def leftovers(self) -> list[str]:
        """What is there and stands on nothing, as `kind id`."""
        return sorted(f"{owned.kind} {owned.id}" for owned, intent in self.intents.items() if self._is_loose(intent))

    def _is_plugged(self, intent: PortIntent) -> bool:
        """A subport is where the port is that carries it."""
        carrier = self.intents.get(Owned(Kind.PORT, intent.parent_port_id), intent)
        return isinstance(carrier, PortIntent) and bool(carrier.chassis) and intent.is_enabled

    def _follow(self, parent: PortIntent) -> None:
        """Subports come up and go down with the port that carries them."""
        for intent in list(self.intents.values()):
            if isinstance(intent, PortIntent) and intent.parent_port_id == parent.id:
                self.set_up(intent.id, self._is_plugged(intent))

    def _is_loose(self, intent: Intent) -> bool:
        return any(needed not in self.intents for needed in _needs(intent))

    def _require_ready(self, intent: Intent, draft: dict[Owned, Intent]) -> None:
        for needed in _needs(intent):
            if needed not in draft and not _is_self(intent, needed):
                raise Conflict(
                    "network.not_ready",
                    f"{intent.kind} {intent.id} needs {needed.kind} {needed.id}, which is not there.",
                )

    def _require_reachable(self) -> None:
        if not self.is_reachable:
            raise Unavailable("network.unreachable", "The network does not answer: it is asked again.")


def _is_self(intent: Intent, owned: Owned) -> bool:
    return owned == Owned(intent.kind, intent.id)


def _needs(intent: Intent) -> Iterator[Owned]:
    """What must be there before."""
    if isinstance(intent, SubnetIntent):
        yield Owned(Kind.NETWORK, intent.network_id)
    elif isinstance(intent, PortIntent):
        yield Owned(Kind.NETWORK, intent.network_id)
        yield from (Owned(Kind.SUBNET, subnet_id) for subnet_id in intent.dhcp_subnet_ids)
        yield from (Owned(Kind.SECURITY_GROUP, group_id) for group_id in intent.security_group_ids)
    elif isinstance(intent, RouterIntent):
        feet = [*intent.interfaces, *([intent.gateway.port] if intent.gateway else [])]
        yield from (Owned(Kind.NETWORK, foot.network_id) for foot in feet)
    elif isinstance(intent, FloatingIpIntent):
        yield Owned(Kind.ROUTER, intent.router_id)
    elif isinstance(intent, SecurityGroupIntent):
        return


def _chassis(number: int) -> Chassis:
    name = f"fake-{number}"
    mappings = {"physnet1": "br-ex"} if number == 1 else {}
    now = datetime.now(UTC)
    return Chassis(
        f"chassis-{name}", name, True, now, mappings, ("geneve",), f"10.255.{number // 250}.{number % 250 + 1}"
    )
