"""Rules of QoS policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.grants import is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Filter, Listing, given
from haneul.services.network.model.qos import (
    BANDWIDTH_LIMIT,
    DSCP_MARKING,
    DSCP_MARKS,
    EGRESS,
    INGRESS,
    MAX_KBPS,
    RULE_FIELDS,
    QosPolicy,
    QosPolicyId,
    QosRule,
    QosRuleId,
    QosRuleWish,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed


@dataclass(frozen=True)
class QosRules:
    """The part of `QosPolicies` that is about rules; `type` is bandwidth_limit or dscp_marking."""

    parts: Parts

    def get_rule(self, caller: Caller, policy_id: str, type: str, rule_id: str) -> QosRule:
        """Raises NotFound `qos.policy_not_found`, `qos.rule_not_found`."""
        policy, _ = self._policy(caller, policy_id)
        return _rule(policy, type, rule_id)

    def policy_of_rule(self, caller: Caller, type: str, rule_id: str) -> str:
        """The policy that has the rule. Raises NotFound `qos.rule_not_found`."""
        rule: QosRule | None = Access(self.parts).find(caller, self.parts.store.qos_rules, rule_id)
        if rule is None or rule.type != type:
            raise NotFound("qos.rule_not_found", f"QoS rule {rule_id} could not be found.")
        return rule.policy_id

    def list_rules(self, caller: Caller, policy_id: str, type: str, listing: Listing = EVERYTHING) -> list[QosRule]:
        """Raises NotFound `qos.policy_not_found`."""
        policy, _ = self._policy(caller, policy_id)
        where = {**listing.filter.where, "policy_id": (policy.id,), "type": (type,)}
        return self.parts.store.qos_rules.page(replace(listing, filter=Filter(where)))

    def create_rule(self, caller: Caller, policy_id: str, type: str, wish: QosRuleWish) -> QosRule:
        """Raises NotFound, Forbidden, Invalid `qos.bad_rule`, Conflict `qos.rule_conflict`."""
        self.parts.policy.require(caller, f"create_policy_{type}_rule")
        with self.parts.db.write():
            policy, _ = self._policy(caller, policy_id)
            now = self.parts.clock.now()
            rule = QosRule(QosRuleId(new_uuid()), QosPolicyId(policy.id), type, now, now, revision_number=1)
            rule = changed(rule, **_checked(type, wish))
            if type == BANDWIDTH_LIMIT and "max_kbps" not in given(wish):
                raise _bad("max_kbps", "say how many kilobits a second")
            if type == DSCP_MARKING and "dscp_mark" not in given(wish):
                raise _bad("dscp_mark", "say which mark")
            self.parts.store.qos_rules.add(rule)
            self._tell(policy)
        return rule

    def update_rule(self, caller: Caller, policy_id: str, type: str, rule_id: str, wish: QosRuleWish) -> QosRule:
        """Raises as `create_rule`, NotFound `qos.rule_not_found`."""
        with self.parts.db.write():
            policy, target = self._policy(caller, policy_id)
            self.parts.policy.require(caller, f"update_policy_{type}_rule", target)
            rule = _rule(policy, type, rule_id)
            saved = self.parts.store.qos_rules.save(changed(rule, **_checked(type, wish)), self.parts.clock.now())
            self._tell(policy)
        return saved

    def delete_rule(self, caller: Caller, policy_id: str, type: str, rule_id: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            policy, target = self._policy(caller, policy_id)
            self.parts.policy.require(caller, f"delete_policy_{type}_rule", target)
            self.parts.store.qos_rules.remove(_rule(policy, type, rule_id).id)
            self._tell(policy)

    def _policy(self, caller: Caller, policy_id: str) -> tuple[QosPolicy, Target]:
        rows = self.parts.store.qos_policies
        policy: QosPolicy | None = Access(self.parts).find(caller, rows, policy_id)
        if policy is None:
            raise NotFound("qos.policy_not_found", f"QoS policy {policy_id} could not be found.")
        return policy, {"project_id": policy.project_id, "shared": is_shared_with(policy, caller.project_id)}

    def _tell(self, policy: QosPolicy) -> None:
        """The policy is another now, and the world learns what it says."""
        rows = self.parts.store.qos_policies
        rows.save(policy, self.parts.clock.now())
        self.parts.changed(Kind.PORT, rows.port_ids(policy.id))
        self.parts.changed(Kind.FLOATING_IP, rows.floating_ip_ids(policy.id))


def _rule(policy: QosPolicy, type: str, rule_id: str) -> QosRule:
    for rule in policy.rules:
        if rule.id == rule_id and rule.type == type:
            return rule
    raise NotFound("qos.rule_not_found", f"QoS rule {rule_id} for policy {policy.id} could not be found.")


def _checked(type: str, wish: QosRuleWish) -> dict[str, Any]:
    """What is said, if it makes sense for such a rule."""
    said = given(wish)
    for name in said:
        if name not in RULE_FIELDS[type]:
            raise _bad(name, f"a rule of type {type} has no such thing")
    for name in ("max_kbps", "max_burst_kbps"):
        if name in said and not 0 <= said[name] <= MAX_KBPS:
            raise _bad(name, f"'{said[name]}' is not between 0 and {MAX_KBPS}")
    if said.get("direction", EGRESS) not in (EGRESS, INGRESS):
        raise _bad("direction", f"'{said['direction']}' is neither egress nor ingress")
    if said.get("dscp_mark", 0) not in DSCP_MARKS:
        raise _bad("dscp_mark", f"{said['dscp_mark']} is none of {', '.join(map(str, DSCP_MARKS))}")
    return said


def _bad(name: str, why: str) -> Invalid:
    return Invalid("qos.bad_rule", f"Invalid input for {name}. Reason: {why}.")
