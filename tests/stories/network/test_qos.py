"""Policies become rates and marks of ports and floating IPs, their own before their network's."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.services.network import (
    FloatingIpIntent,
    Kind,
    NetworkChanges,
    NewQosPolicy,
    Owned,
    PortChanges,
    PortIntent,
    QosIntent,
    QosPolicyChanges,
    QosRuleWish,
)
from tests.stories.network.conftest import ADMIN, DEMO, Bench


def policy(bench: Bench, kbps: int, **said: object) -> str:
    policies = bench.face.qos_policies
    made = policies.create(ADMIN, NewQosPolicy("p", **{"is_shared": True, **said}))  # type: ignore[arg-type]
    policies.create_rule(ADMIN, made.id, "bandwidth_limit", QosRuleWish(max_kbps=kbps))
    return made.id


def qos_of(bench: Bench, kind: Kind, thing: str) -> QosIntent:
    intent = bench.world.intents[Owned(kind, thing)]
    assert isinstance(intent, PortIntent | FloatingIpIntent)
    return intent.qos


def test_a_ports_own_policy_goes_before_its_networks(bench: Bench) -> None:
    slow, fast = policy(bench, 1000), policy(bench, 9000)
    network = bench.network(qos_policy_id=slow)
    bench.subnet(network)
    port = bench.port(network)
    assert qos_of(bench, Kind.PORT, port.id).egress_kbps == 1000

    bench.face.ports.update(DEMO, port.id, PortChanges(qos_policy_id=fast))
    assert qos_of(bench, Kind.PORT, port.id).egress_kbps == 9000

    bench.face.ports.update(DEMO, port.id, PortChanges(qos_policy_id=None))
    bench.face.networks.update(DEMO, network.id, NetworkChanges(qos_policy_id=None))
    assert qos_of(bench, Kind.PORT, port.id) == QosIntent()


def test_a_networks_policy_is_not_about_the_clouds_own_ports(bench: Bench) -> None:
    network = bench.network(qos_policy_id=policy(bench, 1000))
    bench.subnet(network)

    (metadata,) = bench.parts.store.ports.of_network(network.id)

    assert metadata.device_owner == "network:distributed"
    assert qos_of(bench, Kind.PORT, metadata.id) == QosIntent()


def test_a_changed_rule_reaches_all_that_have_it(bench: Bench) -> None:
    chosen = policy(bench, 1000)
    outside = bench.outside()
    network = bench.network(qos_policy_id=chosen)
    bench.router(outside, bench.subnet(network))
    port = bench.port(network)
    floating = bench.floating_ip(outside, port)
    bench.face.networks.update(ADMIN, outside.id, NetworkChanges(qos_policy_id=chosen))
    (rule,) = bench.face.qos_policies.get(ADMIN, chosen).rules

    bench.face.qos_policies.update_rule(ADMIN, chosen, "bandwidth_limit", rule.id, QosRuleWish(max_kbps=77))
    bench.face.qos_policies.create_rule(ADMIN, chosen, "dscp_marking", QosRuleWish(dscp_mark=46))

    assert qos_of(bench, Kind.PORT, port.id) == QosIntent(egress_kbps=77, dscp_mark=46)
    assert qos_of(bench, Kind.FLOATING_IP, floating.id).egress_kbps == 77
    assert bench.mend() == 0


def test_the_default_policy_is_on_new_networks_that_say_nothing(bench: Bench) -> None:
    default = policy(bench, 1000, is_default=True, project_id=DEMO.project_id)
    other = policy(bench, 2000)

    assert bench.network().qos_policy_id == default
    assert bench.network(qos_policy_id=other).qos_policy_id == other
    assert bench.network(qos_policy_id=None).qos_policy_id is None
    with pytest.raises(Conflict) as caught:
        policy(bench, 3000, is_default=True, project_id=DEMO.project_id)
    assert caught.value.code == "qos.default_exists"


def test_what_is_in_use_stays_and_what_is_hidden_cannot_be_taken(bench: Bench) -> None:
    hidden, shared = policy(bench, 1000, is_shared=False), policy(bench, 2000)
    network = bench.network()
    with pytest.raises(NotFound):
        bench.port(network, qos_policy_id=hidden)
    bench.port(network, qos_policy_id=shared)
    with pytest.raises(Conflict) as in_use:
        bench.face.qos_policies.delete(ADMIN, shared)
    with pytest.raises(Conflict) as unshared:
        bench.face.qos_policies.update(ADMIN, shared, QosPolicyChanges(is_shared=False))
    bench.face.networks.update(ADMIN, network.id, NetworkChanges(qos_policy_id=hidden))
    with pytest.raises(Forbidden) as fixed:
        bench.face.networks.update(DEMO, network.id, NetworkChanges(qos_policy_id=None))

    assert (in_use.value.code, unshared.value.code) == ("qos.policy_in_use", "qos.shared_in_use")
    assert fixed.value.code == "qos.policy_fixed"
