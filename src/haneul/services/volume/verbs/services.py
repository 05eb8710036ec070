"""The services and pools of block storage, for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.kit.errors import NotFound
from haneul.kit.policy import Caller
from haneul.services.volume.model import Pool, ServiceMark, ServiceView
from haneul.services.volume.verbs.base import Verbs
from haneul.services.volume.workflows.places import VOLUME_SERVICE, pools

SCHEDULER, BACKUP = "cinder-scheduler", "cinder-backup"
CONTROL = "control"
"""The host name of what runs in the control plane."""


class Services(Verbs):
    def require(self, caller: Caller, rule: str) -> None:
        """Raises Forbidden unless the rule lets the caller."""
        self._require(caller, rule)

    def list(self, caller: Caller, binary: str = "", host: str = "") -> Sequence[ServiceView]:
        """Scheduler and backup of the control plane, and one for each place of a connected host."""
        self._require(caller, "volume_extension:services:index")
        found = [(SCHEDULER, CONTROL), (BACKUP, CONTROL)]
        found += [(VOLUME_SERVICE, pool.service_host) for pool in pools(self._parts)]
        marks = self._store.services.marks()
        return [
            self._view(kind, name, marks.get((kind, name)))
            for kind, name in found
            if binary in ("", kind) and host in ("", name, name.partition("@")[0])
        ]

    def set(self, caller: Caller, binary: str, host: str, reason: str | None, *, is_disabled: bool) -> ServiceView:
        """A place whose service is disabled gets no more volumes. Raises NotFound("service.absent")."""
        self._require(caller, "volume_extension:services:update")
        if not any(each.host == host for each in self.list(caller, binary, host)):
            raise NotFound("service.absent", f"Service {binary} on host {host} could not be found: list the services.")
        mark = ServiceMark(binary, host, is_disabled, reason, self._parts.clock.now())
        self._store.services.set(mark)
        return self._view(binary, host, mark)

    def pools(self, caller: Caller, name: str = "") -> Sequence[Pool]:
        self._require(caller, "scheduler_extension:scheduler_stats:get_pools")
        return [pool for pool in pools(self._parts) if name in ("", pool.name)]

    def pool(self, caller: Caller, service_host: str) -> Pool:
        """The one behind host@backend. Raises NotFound("service.absent")."""
        self._require(caller, "volume_extension:capabilities")
        for pool in pools(self._parts):
            if service_host in (pool.service_host, pool.name):
                return pool
        raise NotFound("service.absent", f"Host {service_host} could not be found: list the pools.")

    def hosts(self, caller: Caller) -> Sequence[tuple[ServiceView, int, int]]:
        """Every service with the number of volumes in its place and their GiB."""
        self._require(caller, "volume_extension:hosts")
        allocated = {pool.service_host: pool.allocated_gib for pool in pools(self._parts)}
        counts = self._store.volumes.counts()
        by_name = {pool.service_host: counts.get((pool.host_id, pool.backend), 0) for pool in pools(self._parts)}
        marks = self._store.services.marks()
        names = [(SCHEDULER, CONTROL), (BACKUP, CONTROL), *((VOLUME_SERVICE, name) for name in allocated)]
        return [
            (self._view(kind, name, marks.get((kind, name))), by_name.get(name, 0), allocated.get(name, 0))
            for kind, name in names
        ]

    def zone(self) -> str:
        """The availability zone in which everything is."""
        return self._parts.tuning.zone

    def _view(self, binary: str, host: str, mark: ServiceMark | None) -> ServiceView:
        now = self._parts.clock.now()
        is_disabled = mark is not None and mark.is_disabled
        reason = mark.reason if mark is not None and is_disabled else None
        return ServiceView(binary, host, self._parts.tuning.zone, True, is_disabled, reason, now)
