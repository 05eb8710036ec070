"""What QoS policies mean for the things that have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from haneul.services.network.driver import QosIntent
from haneul.services.network.model.qos import BANDWIDTH_LIMIT, EGRESS, QosRule
from haneul.services.network.parts import Parts

_NOTHING = QosIntent()


class _HasPolicy(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def qos_policy_id(self) -> str | None: ...

    @property
    def qos_network_policy_id(self) -> str | None: ...


def qos_intents(parts: Parts, things: Sequence[_HasPolicy]) -> dict[str, QosIntent]:
    """By thing: its own policy, else its network's; a network's is not about the cloud's own ports."""
    chosen = {thing.id: _policy_id(thing) for thing in things}
    policies = parts.store.qos_policies.by_ids(policy_id for policy_id in chosen.values() if policy_id)
    by_policy = {policy.id: _intent(policy.rules) for policy in policies.values()}
    return {thing_id: by_policy.get(policy_id or "", _NOTHING) for thing_id, policy_id in chosen.items()}  # type: ignore[call-overload]


def _policy_id(thing: _HasPolicy) -> str | None:
    if thing.qos_policy_id is not None:
        return thing.qos_policy_id
    is_clouds_own = getattr(thing, "device_owner", "").startswith("network:")
    return None if is_clouds_own else thing.qos_network_policy_id


def _intent(rules: Iterable[QosRule]) -> QosIntent:
    said: dict[str, int] = {}
    for rule in rules:
        if rule.type == BANDWIDTH_LIMIT:
            side = "egress" if rule.direction == EGRESS else "ingress"
            said |= {f"{side}_kbps": rule.max_kbps, f"{side}_burst_kbps": rule.max_burst_kbps}
        else:
            said["dscp_mark"] = rule.dscp_mark
    return QosIntent(**said)
