"""QoS policies: created, shared, given to networks, ports and floating IPs, deleted."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.model.grants import EVERYBODY, Action, Shareable, is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.qos import NewQosPolicy, QosPolicy, QosPolicyChanges, QosPolicyId
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text
from haneul.services.network.verbs.qos_rules import QosRules
from haneul.services.network.verbs.sharing import Sharing


@dataclass(frozen=True)
class QosPolicies(QosRules):
    parts: Parts

    def get(self, caller: Caller, policy_id: str) -> QosPolicy:
        """Raises NotFound `qos.policy_not_found`."""
        policy, target = seen_policy(self.parts, caller, policy_id)
        if not self.parts.policy.allows(caller, "get_policy", target):
            raise not_found(policy_id)
        return policy

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[QosPolicy]:
        rows = self.parts.store.qos_policies
        found: list[QosPolicy] = Access(self.parts).list(caller, rows, "get_policy", listing)
        return found

    def create(self, caller: Caller, new: NewQosPolicy) -> QosPolicy:
        """Raises Forbidden, Invalid, Conflict `qos.default_exists`."""
        access = Access(self.parts)
        project_id = access.owner(caller, new.project_id)
        access.require(caller, "create_policy", {"project_id": project_id})
        check_text(name=new.name, description=new.description, project_id=new.project_id)
        now = self.parts.clock.now()
        policy = QosPolicy(
            id=QosPolicyId(new_uuid()),
            project_id=project_id,
            name=new.name,
            created_at=now,
            updated_at=now,
            description=new.description,
            is_default=new.is_default,
            tags=check_tags(new.tags),
            revision_number=1,
        )
        with self.parts.db.write():
            self.parts.store.qos_policies.add(policy)
            return self._shared(policy, new.is_shared)

    def update(self, caller: Caller, policy_id: str, changes: QosPolicyChanges) -> QosPolicy:
        """Raises NotFound, Forbidden, Invalid, Conflict `qos.default_exists`, `qos.shared_in_use`."""
        said = given(changes)
        with self.parts.db.write():
            policy, target = seen_policy(self.parts, caller, policy_id)
            self.parts.policy.require(caller, "update_policy", target)
            check_text(name=said.get("name"), description=said.get("description"))
            policy = self._shared(policy, said.pop("is_shared", EVERYBODY in policy.shared_with))
            return self.parts.store.qos_policies.save(changed(policy, **said), self.parts.clock.now())

    def delete(self, caller: Caller, policy_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `qos.policy_in_use`."""
        with self.parts.db.write():
            policy, target = seen_policy(self.parts, caller, policy_id)
            self.parts.policy.require(caller, "delete_policy", target)
            self.parts.store.qos_policies.hold(policy.id)
            user = self.parts.store.qos_policies.user_of(policy.id)
            if user is not None:
                raise Conflict(
                    "qos.policy_in_use",
                    f"QoS Policy {policy.id} is used by {user[0]} {user[1]}: take it away from there first.",
                )
            self.parts.store.qos_policies.remove(policy.id)

    def _shared(self, policy: QosPolicy, is_shared: bool) -> QosPolicy:
        """Everybody may use it, or not every one. Raises Conflict `qos.shared_in_use`."""
        sharing = Sharing(self.parts, Shareable.QOS_POLICY)
        if is_shared == (EVERYBODY in policy.shared_with):
            return policy
        self.parts.store.qos_policies.hold(policy.id)
        refusal = Conflict(
            "qos.shared_in_use",
            f"QoS policy {policy.id} cannot be taken back: networks, ports or floating IPs have it. Take it away "
            "from there first.",
        )
        if not is_shared and self.parts.store.qos_policies.user_of(policy.id) is not None:
            raise refusal
        shared: QosPolicy = sharing.open(policy) if is_shared else sharing.close(policy, Action.SHARE, refusal)
        return shared


@dataclass(frozen=True)
class QosChoice:
    """Which policy a network, port or floating IP has; inside a write transaction."""

    parts: Parts

    def chosen(self, caller: Caller, policy_id: str | UnsetType | None) -> str | None:
        """For something new. Raises NotFound `qos.policy_not_found`."""
        if policy_id is None or isinstance(policy_id, UnsetType):
            return None
        self.parts.store.qos_policies.hold(policy_id)
        return seen_policy(self.parts, caller, policy_id)[0].id

    def of_network(self, caller: Caller, policy_id: str | UnsetType | None, project_id: str) -> str | None:
        """As `chosen`; where nothing is said, the default policy of the project."""
        if policy_id is UNSET:
            return self.parts.store.qos_policies.find_default(project_id)
        return self.chosen(caller, policy_id)

    def replaced(self, caller: Caller, present: str | None, wanted: str | None) -> str | None:
        """For something that has `present`. Raises NotFound, Forbidden `qos.policy_fixed`."""
        if wanted == present:
            return present
        if present is not None and Access(self.parts).find(caller, self.parts.store.qos_policies, present) is None:
            raise Forbidden(
                "qos.policy_fixed",
                f"Policy {present} could not be removed because this project is not allowed to use it: "
                "ask an administrator.",
            )
        return self.chosen(caller, wanted)


def seen_policy(parts: Parts, caller: Caller, policy_id: str) -> tuple[QosPolicy, Target]:
    policy: QosPolicy | None = Access(parts).find(caller, parts.store.qos_policies, policy_id)
    if policy is None:
        raise not_found(policy_id)
    return policy, {"project_id": policy.project_id, "shared": is_shared_with(policy, caller.project_id)}


def not_found(policy_id: str) -> NotFound:
    return NotFound("qos.policy_not_found", f"QoS policy {policy_id} could not be found.")
