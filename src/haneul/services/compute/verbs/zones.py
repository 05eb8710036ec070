"""Availability zones: the aggregates that users see, and one for the hosts that are in none of them."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.kit.policy import Caller
from haneul.services.compute.model import Zone
from haneul.services.compute.parts import Parts


class Zones:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.default = parts.tuning.zone

    def list(self, caller: Caller, rule: str = "list") -> Sequence[Zone]:
        """By name; the one by default is there even while no host is in it."""
        self._parts.policy.require(caller, f"os_compute_api:os-availability-zone:{rule}", {})
        zones_by_host = self._parts.store.aggregates.zones_by_host()
        hosts = self._parts.store.hosts.list()
        members: dict[str, set[str]] = {} if zones_by_host else {self.default: set()}
        enabled: set[str] = set() if hosts else {self.default}
        for host in hosts:
            name = zones_by_host.get(host.id, self.default)
            members.setdefault(name, set()).add(host.id)
            if not host.is_disabled:
                enabled.add(name)
        return [Zone(name, frozenset(ids), name in enabled) for name, ids in sorted(members.items())]

    def by_host(self) -> dict[str, str]:
        """The zone of every host that is in another than the one by default."""
        return self._parts.store.aggregates.zones_by_host()
