"""Server groups: make, list, show, remove. Servers join by a hint when they are created."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.compute.model import NO_LIMIT, GroupPolicy, QuotaKey, ServerGroup
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.limits import effective_limits


class ServerGroups:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store.groups

    def create(self, caller: Caller, name: str, policy: GroupPolicy, most_per_host: int = 1) -> ServerGroup:
        """Raises Forbidden("quota.server_groups")."""
        self._require(caller, "create", caller.project_id)
        now = self._parts.clock.now()
        group = ServerGroup(new_uuid(), name, caller.project_id, caller.user_id, policy, now, most_per_host)
        with self._parts.db.write():
            limit = effective_limits(self._parts.store, caller.project_id).of(QuotaKey.SERVER_GROUPS)
            if limit != NO_LIMIT and self._store.count(caller.project_id) >= limit:
                raise Forbidden("quota.server_groups", "Quota exceeded, too many server groups: remove one.")
            self._store.add(group)
        return group

    def get(self, caller: Caller, group_id: str, action: str = "show") -> ServerGroup:
        """Raises NotFound("server_group.absent")."""
        found = self._store.find(group_id)
        if found is None or (found.project_id != caller.project_id and not caller.is_admin):
            raise NotFound("server_group.absent", f"Instance group {group_id} could not be found.")
        self._require(caller, action, found.project_id)
        return found

    def list(
        self, caller: Caller, limit: int | None, offset: int, *, is_all_projects: bool = False
    ) -> Sequence[ServerGroup]:
        self._require(caller, "index", caller.project_id)
        if is_all_projects:
            self._require(caller, "index:all_projects", caller.project_id)
        return self._store.list(None if is_all_projects else caller.project_id, limit, offset)

    def remove(self, caller: Caller, group_id: str) -> None:
        """Its servers stay where they are."""
        self._store.remove(self.get(caller, group_id, "delete").id)

    def _require(self, caller: Caller, action: str, project_id: str) -> None:
        self._parts.policy.require(caller, f"os_compute_api:os-server-groups:{action}", {"project_id": project_id})
