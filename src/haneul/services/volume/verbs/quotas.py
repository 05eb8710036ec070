"""Quotas and limits: what a project may have and what it has."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.kit.errors import Invalid
from haneul.kit.policy import Caller
from haneul.services.volume.model import NO_LIMIT, QuotaView
from haneul.services.volume.verbs.base import Verbs
from haneul.services.volume.verbs.limits import DEFAULT_CLASS, default_limits, effective_limits, usage

_LARGEST = 2**31 - 1


class Quotas(Verbs):
    def get(self, caller: Caller, project_id: str) -> QuotaView:
        self._require(caller, "volume_extension:quotas:show", project_id)
        return QuotaView(effective_limits(self._store, project_id), usage(self._store, project_id))

    def defaults(self, caller: Caller, project_id: str) -> Mapping[str, int]:
        self._require(caller, "volume_extension:quotas:show", project_id)
        return default_limits(self._store)

    def limits(self, caller: Caller, project_id: str = "") -> QuotaView:
        """The caller's own, or for administrators another project's."""
        chosen = project_id if project_id and caller.is_admin else caller.project_id
        self._require(caller, "limits_extension:used_limits", chosen)
        return QuotaView(effective_limits(self._store, chosen), usage(self._store, chosen))

    def set(self, caller: Caller, project_id: str, limits: Mapping[str, int]) -> Mapping[str, int]:
        """Raises Invalid("quota.unknown") for a resource that there is not."""
        self._require(caller, "volume_extension:quotas:update", project_id)
        with self._parts.db.write():
            self._check(limits)
            self._store.quotas.set_limits(project_id, limits)
            return effective_limits(self._store, project_id)

    def reset(self, caller: Caller, project_id: str) -> None:
        """As if nothing had been set for the project."""
        self._require(caller, "volume_extension:quotas:delete", project_id)
        self._store.quotas.remove_limits(project_id)

    def class_limits(self, caller: Caller, name: str) -> Mapping[str, int]:
        self._require(caller, "volume_extension:quota_classes:get")
        return self._of_class(name)

    def set_class_limits(self, caller: Caller, name: str, limits: Mapping[str, int]) -> Mapping[str, int]:
        """The class `default` counts for every project without limits of its own."""
        self._require(caller, "volume_extension:quota_classes:update")
        with self._parts.db.write():
            self._check(limits)
            self._store.quotas.set_limits(name, limits, is_class=True)
            return self._of_class(name)

    def _of_class(self, name: str) -> Mapping[str, int]:
        base = default_limits(self._store)
        return base if name == DEFAULT_CLASS else {**base, **self._store.quotas.limits(name, is_class=True)}

    def _check(self, limits: Mapping[str, int]) -> None:
        known = default_limits(self._store)
        for name, limit in limits.items():
            if name not in known:
                raise Invalid("quota.unknown", f"Bad key {name} in quota set: name one that is listed.")
            if not NO_LIMIT <= limit <= _LARGEST:
                raise Invalid("quota.bad_limit", f"{name} must be between -1 (no limit) and {_LARGEST}, not {limit}.")
