"""How much a project may have, and has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.quotas import UNLIMITED, ProjectQuotas, Usage
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access

_MAX = 2**31 - 1


@dataclass(frozen=True)
class Quotas:
    parts: Parts

    def get(self, caller: Caller, project_id: str) -> ProjectQuotas:
        """What holds for the project. Raises Forbidden."""
        self.parts.policy.require(caller, "get_quota", {"project_id": project_id})
        return self._limits(project_id, self.parts.store.quotas.of_project(project_id))

    def default(self, caller: Caller, project_id: str) -> ProjectQuotas:
        """What holds for a project that nobody has set quotas for. Raises Forbidden."""
        self.parts.policy.require(caller, "get_quota", {"project_id": project_id})
        return self._limits(project_id, {})

    def usage(self, caller: Caller, project_id: str) -> dict[str, Usage]:
        """How much is used of each resource. Raises Forbidden."""
        limits = self.get(caller, project_id).limits
        counted = self.parts.store.counted
        with self.parts.db.read():
            return {name: Usage(limits[name], count(project_id)) for name, count in counted.items()}

    def list(self, caller: Caller) -> list[ProjectQuotas]:
        """Every project for which something is set; for who is no administrator, their own."""
        found = self.parts.store.quotas.all()
        sees_all = Access(self.parts).sees_all(caller)
        return [
            self._limits(project_id, limits)
            for project_id, limits in found.items()
            if sees_all or project_id == caller.project_id
        ]

    def set(self, caller: Caller, project_id: str, limits: Mapping[str, int], must_hold: bool = False) -> ProjectQuotas:
        """Raises Forbidden, Invalid `quota.unknown`, `quota.bad_limit`; `quota.below_use` if they must hold already."""
        self.parts.policy.require(caller, "update_quota", {"project_id": project_id})
        for name, limit in limits.items():
            if name not in self.parts.options.default_limits:
                raise Invalid("quota.unknown", f"Unrecognized attribute(s) '{name}': there is no such quota.")
            if isinstance(limit, bool) or not isinstance(limit, int) or not UNLIMITED <= limit <= _MAX:
                raise Invalid(
                    "quota.bad_limit",
                    f"Invalid input for {name}. Reason: '{limit}' must be a whole number, or -1 for no limit.",
                )
        if must_hold:
            self._require_above_use(caller, project_id, limits)
        self.parts.store.quotas.set(project_id, limits)
        return self.get(caller, project_id)

    def _require_above_use(self, caller: Caller, project_id: str, limits: Mapping[str, int]) -> None:
        usage = self.usage(caller, project_id)
        for name, limit in limits.items():
            if limit != UNLIMITED and limit < usage[name].used:
                raise Invalid(
                    "quota.below_use",
                    f"Quota limit {limit} of {name} is below what is in use ({usage[name].used}): delete some first.",
                )

    def reset(self, caller: Caller, project_id: str) -> None:
        """The defaults hold again. Raises Forbidden, NotFound `quota.not_set` where they do already."""
        self.parts.policy.require(caller, "delete_quota", {"project_id": project_id})
        if not self.parts.store.quotas.forget(project_id):
            raise NotFound("quota.not_set", f"Quota for project {project_id} could not be found: the defaults hold.")

    def _limits(self, project_id: str, chosen: Mapping[str, int]) -> ProjectQuotas:
        return ProjectQuotas(project_id, {**self.parts.options.default_limits, **chosen})
