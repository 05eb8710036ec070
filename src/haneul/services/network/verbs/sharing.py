"""With whom a thing is shared, and whether somebody still leans on it; inside a write transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import CloudError, Conflict
from haneul.kit.ids import new_uuid
from haneul.services.network.model.grants import EVERYBODY, Action, Grant, GrantId, Shareable
from haneul.services.network.parts import Parts
from haneul.services.network.store import SharedRows
from haneul.services.network.verbs.access import changed


@dataclass(frozen=True)
class Sharing:
    """Of one noun."""

    parts: Parts
    object_type: Shareable

    @property
    def rows(self) -> SharedRows[Any]:
        return self.parts.store.shareable[self.object_type]

    def open(self, noun: Any, action: Action = Action.SHARE) -> Any:
        """Everybody may use it; fine if they may already. Answers it as it is now."""
        grants = self.parts.store.grants
        if all(grant.target_project != EVERYBODY for grant in grants.of(self.object_type, noun.id, action)):
            grants.add(self.grant(noun, action, EVERYBODY))
        return self.seen(noun)

    def close(self, noun: Any, action: Action, refusal: CloudError) -> Any:
        """Nobody may use it in this way but its owner. Raises `refusal` where another project does."""
        present = self.parts.store.grants.of(self.object_type, noun.id, action)
        gone = [each for each in present if action is Action.LEAVE_BY or each.target_project == EVERYBODY]
        remaining = [each.target_project for each in present if each not in gone]
        self.require_unused(noun, action, remaining, refusal)
        for grant in gone:
            self.parts.store.grants.remove(grant.id)
        return self.seen(noun)

    def grant(self, noun: Any, action: Action, target_project: str, project_id: str = "") -> Grant:
        return Grant(
            id=GrantId(new_uuid()),
            project_id=project_id or noun.project_id,
            object_type=self.object_type,
            object_id=noun.id,
            action=action,
            target_project=target_project,
        )

    def seen(self, noun: Any) -> Any:
        """The thing with those who may use it now; a network leads outside exactly while somebody may leave by it."""
        if self.object_type is Shareable.NETWORK:
            is_external = bool(self.parts.store.grants.of(self.object_type, noun.id, Action.LEAVE_BY))
            if is_external != noun.is_external:
                noun = self.rows.save(changed(noun, is_external=is_external), self.parts.clock.now())
        shared = self.parts.store.grants.of(self.object_type, noun.id, Action.SHARE)
        return changed(noun, shared_with=tuple(sorted(grant.target_project for grant in shared)))

    def require_unused(self, noun: Any, action: Action, remaining: Iterable[str], refusal: CloudError) -> None:
        """Raises `refusal` where a project uses it that neither owns it nor is among those that remain."""
        allowed = {*remaining, noun.project_id}
        if EVERYBODY not in allowed and self.rows.users(noun.id, action) - allowed:
            raise refusal


def in_use(grant: Grant) -> Conflict:
    return Conflict(
        "grant.in_use",
        f"RBAC policy on object {grant.object_id} cannot be removed because other objects depend on it: "
        f"have {'the projects' if grant.target_project == EVERYBODY else 'project ' + grant.target_project} delete "
        "what leans on it first.",
    )
