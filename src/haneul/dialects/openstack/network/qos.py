"""QoS policies and their rules (extensions `qos`, `qos-bw-limit-direction`, `qos-rules-alias` and their like)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, NAME, PROJECT, SHARED, TAGS
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.policy import Caller
from haneul.services.network import (
    BANDWIDTH_LIMIT,
    DSCP_MARKING,
    DSCP_MARKS,
    RULE_FIELDS,
    NewQosPolicy,
    QosPolicy,
    QosPolicyChanges,
    QosRule,
    QosRuleWish,
)


def _rules(policy: QosPolicy) -> list[dict[str, Any]]:
    return [{"id": rule.id, "qos_policy_id": rule.policy_id, "type": rule.type, **_said(rule)} for rule in policy.rules]


def _said(rule: QosRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS[rule.type]}


POLICY = Resource(
    "policy",
    "policies",
    (
        ID,
        NAME,
        *PROJECT,
        SHARED,
        Attribute("is_default", read=readers.boolean),
        Attribute("rules", show=_rules, is_filter=False),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)
QOS_POLICY = Attribute("qos_policy_id", read=readers.uuid_or_none)
QOS_NETWORK_POLICY = Attribute("qos_network_policy_id", is_filter=False)

RULES = {
    BANDWIDTH_LIMIT: Resource(
        "bandwidth_limit_rule",
        "bandwidth_limit_rules",
        (
            ID,
            Attribute("max_kbps", read=readers.integer, is_required=True),
            Attribute("max_burst_kbps", read=readers.integer),
            Attribute("direction", read=readers.text),
        ),
    ),
    DSCP_MARKING: Resource(
        "dscp_marking_rule",
        "dscp_marking_rules",
        (ID, Attribute("dscp_mark", read=readers.integer, is_required=True)),
    ),
}
_PARAMETERS: dict[str, tuple[tuple[str, str, object], ...]] = {
    BANDWIDTH_LIMIT: (
        ("max_kbps", "range", {"start": 0, "end": 2147483647}),
        ("max_burst_kbps", "range", {"start": 0, "end": 2147483647}),
        ("direction", "choices", ["egress", "ingress"]),
    ),
    DSCP_MARKING: (("dscp_mark", "choices", list(DSCP_MARKS)),),
}


def list_policies(cloud: Cloud, req: Request) -> Reply:
    return POLICY.many(cloud, req, cloud.network.qos_policies.list(req.caller, POLICY.listing(req.query)))


def create_policy(cloud: Cloud, req: Request) -> Reply:
    policies = cloud.network.qos_policies
    return create_all(cloud, req, POLICY, lambda said: policies.create(req.caller, NewQosPolicy(**said)))


def show_policy(cloud: Cloud, req: Request) -> Reply:
    return POLICY.one(cloud, req, cloud.network.qos_policies.get(req.caller, req.params["policy_id"]))


def update_policy(cloud: Cloud, req: Request) -> Reply:
    changes = QosPolicyChanges(**POLICY.read_changes(req.body))
    with cloud.network.together():
        policy = cloud.network.qos_policies.get(req.caller, req.params["policy_id"])
        require_revision(req, policy.revision_number)
        return POLICY.one(cloud, req, cloud.network.qos_policies.update(req.caller, policy.id, changes))


def delete_policy(cloud: Cloud, req: Request) -> Reply:
    cloud.network.qos_policies.delete(req.caller, req.params["policy_id"])
    return Reply(204)


def list_rule_types(_cloud: Cloud, req: Request) -> Reply:
    """All that there are, are supported; who asks for both kinds at once contradicts itself."""
    if req.query.get_bool("all_rules", False) and req.query.get_bool("all_supported", False):
        raise Invalid("request.invalid", "Only one can be selected: all_supported or all_rules.")
    return Reply(200, {"rule_types": [{"type": kind} for kind in RULES]})


def show_rule_type(cloud: Cloud, req: Request) -> Reply:
    kind = req.params["type"]
    cloud.network.require(req.caller, "get_rule_type:drivers")
    if kind not in RULES:
        raise NotFound("qos.no_such_type", f"Rule type {kind:.40} could not be found: there are {', '.join(RULES)}.")
    names = ("parameter_name", "parameter_type", "parameter_values")
    supported = [dict(zip(names, parameter, strict=True)) for parameter in _PARAMETERS[kind]]
    return Reply(200, {"rule_type": {"type": kind, "drivers": [{"name": "ovn", "supported_parameters": supported}]}})


@dataclass(frozen=True)
class RuleRoutes:
    """The operations on rules of one type: below their policy, and by their id alone."""

    type: str

    @property
    def resource(self) -> Resource:
        return RULES[self.type]

    @property
    def alias(self) -> Resource:
        return replace(self.resource, singular=f"alias_{self.resource.singular}")

    def list_rules(self, cloud: Cloud, req: Request) -> Reply:
        listing = self.resource.listing(req.query)
        found = cloud.network.qos_policies.list_rules(req.caller, req.params["policy_id"], self.type, listing)
        return self.resource.many(cloud, req, found)

    def create_rule(self, cloud: Cloud, req: Request) -> Reply:
        policies, policy_id = cloud.network.qos_policies, req.params["policy_id"]

        def create(said: dict[str, Any]) -> QosRule:
            return policies.create_rule(req.caller, policy_id, self.type, QosRuleWish(**said))

        return create_all(cloud, req, self.resource, create)

    def show_rule(self, cloud: Cloud, req: Request) -> Reply:
        return self._show(cloud, req, self.resource, lambda _caller, _rule_id: req.params["policy_id"])

    def update_rule(self, cloud: Cloud, req: Request) -> Reply:
        return self._update(cloud, req, self.resource, lambda _caller, _rule_id: req.params["policy_id"])

    def delete_rule(self, cloud: Cloud, req: Request) -> Reply:
        policy_id, rule_id = req.params["policy_id"], req.params["rule_id"]
        cloud.network.qos_policies.delete_rule(req.caller, policy_id, self.type, rule_id)
        return Reply(204)

    def show_alias(self, cloud: Cloud, req: Request) -> Reply:
        return self._show(cloud, req, self.alias, self._found(cloud))

    def update_alias(self, cloud: Cloud, req: Request) -> Reply:
        return self._update(cloud, req, self.alias, self._found(cloud))

    def delete_alias(self, cloud: Cloud, req: Request) -> Reply:
        rule_id = req.params["rule_id"]
        policy_id = self._found(cloud)(req.caller, rule_id)
        cloud.network.qos_policies.delete_rule(req.caller, policy_id, self.type, rule_id)
        return Reply(204)

    def _found(self, cloud: Cloud) -> Callable[[Caller, str], str]:
        return lambda caller, rule_id: cloud.network.qos_policies.policy_of_rule(caller, self.type, rule_id)

    def _show(self, cloud: Cloud, req: Request, shown: Resource, policy_of: Callable[[Caller, str], str]) -> Reply:
        rule_id = req.params["rule_id"]
        policy_id = policy_of(req.caller, rule_id)
        return shown.one(cloud, req, cloud.network.qos_policies.get_rule(req.caller, policy_id, self.type, rule_id))

    def _update(self, cloud: Cloud, req: Request, shown: Resource, policy_of: Callable[[Caller, str], str]) -> Reply:
        wish, rule_id = QosRuleWish(**shown.read_changes(req.body)), req.params["rule_id"]
        policy_id = policy_of(req.caller, rule_id)
        changed = cloud.network.qos_policies.update_rule(req.caller, policy_id, self.type, rule_id, wish)
        return shown.one(cloud, req, changed)


BANDWIDTH_LIMIT_RULES = RuleRoutes(BANDWIDTH_LIMIT)
DSCP_MARKING_RULES = RuleRoutes(DSCP_MARKING)
