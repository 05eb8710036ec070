"""Quotas, limits and usage: what a project may have and what it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from haneul.kit.errors import Invalid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.compute.model import NO_LIMIT, Limits, QuotaKey, Server, Usage
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import ServerFilter
from haneul.services.compute.verbs.limits import default_limits, effective_limits

_FOUR_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class QuotaView:
    """Limits beside what is used of them."""

    limits: Limits
    usage: Usage


class Quotas:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.quotas

    def get(self, caller: Caller, project_id: str, user_id: str = "", rule: str = "show") -> QuotaView:
        """The project's, or a user's in it."""
        self._require(caller, f"os-quota-sets:{rule}", project_id)
        usage = self._store.usage(project_id, user_id or None)
        return QuotaView(effective_limits(self._parts.store, project_id, user_id), usage)

    def defaults(self, caller: Caller) -> Limits:
        self._require(caller, "os-quota-sets:defaults", caller.project_id)
        return default_limits(self._parts.store)

    def set(
        self, caller: Caller, project_id: str, limits: Mapping[QuotaKey, int], user_id: str = "", *, is_forced: bool
    ) -> Limits:
        """Raises Invalid("quota.below_usage") for a limit below what is used, unless forced."""
        self._require(caller, "os-quota-sets:update", project_id)
        with self._parts.db.write():
            if not is_forced:
                _require_above(self._store.usage(project_id, user_id or None), limits)
            if user_id:
                _require_within(effective_limits(self._parts.store, project_id), limits)
            self._store.set_limits(project_id, user_id, limits)
            return effective_limits(self._parts.store, project_id, user_id)

    def remove(self, caller: Caller, project_id: str, user_id: str | None = None) -> None:
        """Back to the defaults."""
        self._require(caller, "os-quota-sets:delete", project_id)
        self._store.remove_limits(project_id, user_id)

    def get_class(self, caller: Caller) -> Limits:
        """The defaults, as the class `default`."""
        self._require(caller, "os-quota-class-sets:show", caller.project_id)
        return default_limits(self._parts.store)

    def set_class(self, caller: Caller, name: str, limits: Mapping[QuotaKey, int]) -> Limits:
        self._require(caller, "os-quota-class-sets:update", caller.project_id)
        self._store.set_class_limits(name, limits)
        return default_limits(self._parts.store)

    def limits(self, caller: Caller, project_id: str | None = None) -> QuotaView:
        """What the caller's project may have and has; another's is for administrators."""
        self._require(caller, "limits", caller.project_id)
        if project_id and project_id != caller.project_id:
            self._require(caller, "limits:other_project", project_id)
        wanted = project_id or caller.project_id
        return QuotaView(effective_limits(self._parts.store, wanted), self._store.usage(wanted))

    def period(self, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
        """From when to when usage is told: up to now, and four weeks of it, unless said otherwise."""
        until = end or self._parts.clock.now()
        return start or until - _FOUR_WEEKS, until

    def servers_between(
        self, caller: Caller, start: datetime, end: datetime, project_id: str | None = None
    ) -> Sequence[Server]:
        """Every server, gone or not, that existed at some time between the two; one project's or all."""
        rule = "show" if project_id else "list"
        self._require(caller, f"os-simple-tenant-usage:{rule}", project_id or caller.project_id)
        if end <= start:
            raise Invalid("usage.range", "Invalid start time. The start time cannot occur after the end time.")
        store = self._parts.store.servers
        living = store.list(ServerFilter(project_id=project_id), Page())
        buried = store.list_buried(ServerFilter(project_id=project_id, changed_since=start))
        return [server for server in (*living, *buried) if server.created_at < end]

    def audit_period(self, before: datetime | None = None) -> tuple[datetime, datetime]:
        """The last whole month before that moment, or before now."""
        moment = before or self._parts.clock.now()
        end = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return (end - timedelta(days=1)).replace(day=1), end

    def _require(self, caller: Caller, rule: str, project_id: str) -> None:
        target = {"project_id": project_id, "user_id": caller.user_id}
        self._parts.policy.require(caller, f"os_compute_api:{rule}", target)


def _require_above(usage: Usage, limits: Mapping[QuotaKey, int]) -> None:
    used = {QuotaKey.INSTANCES: usage.instances, QuotaKey.CORES: usage.cores, QuotaKey.RAM: usage.ram_mib}
    for key, amount in used.items():
        if key in limits and limits[key] != NO_LIMIT and limits[key] < amount:
            raise Invalid(
                "quota.below_usage",
                f"Quota limit {limits[key]} for {key} must be greater than or equal to already used and "
                f"reserved {amount}: use force to set it nevertheless.",
            )


def _require_within(project: Limits, limits: Mapping[QuotaKey, int]) -> None:
    for key, limit in limits.items():
        most = project.of(key)
        if most != NO_LIMIT and (limit == NO_LIMIT or limit > most):
            raise Invalid("quota.above_project", f"Quota limit {limit} for {key} must be less than or equal to {most}.")
