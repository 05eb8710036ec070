"""Why a packet does not arrive, in words, and nothing of what is not the caller's."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import INTERNAL
from haneul.services.network import (
    Explanation,
    HostBinding,
    HostRoute,
    NewAddressGroup,
    NewForwarding,
    NewRule,
    NewSecurityGroup,
    Port,
    PortChanges,
    PortSpan,
    Question,
    RouterChanges,
    WantedGateway,
)
from tests.stories.network.conftest import ADMIN, DEMO, OTHER, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def plugged(bench: Bench, port: Port) -> Port:
    bench.face.ports.bind(INTERNAL, port.id, f"server-of-{port.id}", HOST)
    return bench.face.ports.get(INTERNAL, port.id)


def asked(bench: Bench, port: Port, address: str, number: int | None = 80, caller=DEMO) -> Explanation:  # type: ignore[no-untyped-def]
    protocol = "icmp" if number is None else "tcp"
    return bench.face.explaining.explain(caller, Question(port.id, address, protocol, number))


def only(told: Explanation) -> tuple[str, str, str]:
    assert not told.arrives
    (stop,) = told.stops
    return stop.kind, stop.reason, stop.remedy


def test_a_closed_port_names_its_groups_and_the_rule_that_would_open_it(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    here, there = (plugged(bench, bench.port(network)) for _ in range(2))
    assert asked(bench, here, there.addresses[0]).arrives, "members of one group reach each other"

    stranger = plugged(bench, bench.port(network, security_group_ids=()))
    told = asked(bench, stranger, there.addresses[0])
    assert [stop.kind for stop in told.stops] == ["rule", "rule"], "neither end lets it pass"
    assert "none of the 0 egress rules" in told.stops[0].reason
    assert told.stops[0].remedy.startswith("openstack security group rule create --egress")

    group = bench.face.security_groups.create(DEMO, NewSecurityGroup("way out"))
    bench.face.ports.update(DEMO, stranger.id, PortChanges(security_group_ids=(group.id,)))
    kind, reason, remedy = only(asked(bench, stranger, there.addresses[0]))
    assert kind == "rule" and "ingress rules" in reason and "tcp to port 80" in reason
    assert "--dst-port 80" in remedy and f"--remote-ip {stranger.addresses[0]}/32" in remedy

    default = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    new = NewRule(default, "ingress", protocol="tcp", port_min=80, port_max=80)
    bench.face.security_groups.create_rule(DEMO, new)
    assert asked(bench, stranger, there.addresses[0]).arrives
    assert not asked(bench, stranger, there.addresses[0], 81).arrives


def test_a_rule_about_addresses_lets_those_pass_and_no_others(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    group = bench.face.security_groups.create(DEMO, NewSecurityGroup("way out"))
    here = plugged(bench, bench.port(network, security_group_ids=(group.id,)))
    there = plugged(bench, bench.port(network))
    offices = bench.face.address_groups.create(DEMO, NewAddressGroup(addresses=("192.0.2.0/24",)))
    default = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(default, "ingress", remote_address_group_id=offices.id))
    assert not asked(bench, here, there.addresses[0]).arrives

    bench.face.address_groups.add(DEMO, offices.id, ["10.1.0.0/24"])

    assert asked(bench, here, there.addresses[0]).arrives


def test_states_are_told(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    here, idle = plugged(bench, bench.port(network)), bench.port(network)
    assert only(asked(bench, here, idle.addresses[0]))[:2] == ("state", "it belongs to no server")
    bench.face.ports.update(DEMO, here.id, PortChanges(is_admin_up=False))
    told = asked(bench, here, plugged(bench, idle).addresses[0])
    assert "switched off" in told.stops[0].reason and "--enable" in told.stops[0].remedy


def test_missing_ways_are_told_one_after_the_other(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    subnet = bench.subnet(network)
    port = plugged(bench, bench.port(network))
    assert "no router has its gateway" in only(asked(bench, port, "198.51.100.7"))[1]

    router = bench.router(None, subnet)
    assert "no way out" in only(asked(bench, port, "198.51.100.7"))[1]
    bench.face.routers.update(DEMO, router.id, RouterChanges(gateway=WantedGateway(outside.id)))
    told = asked(bench, port, "198.51.100.7")
    assert told.arrives and "what becomes of it outside" in told.path[-1]

    bench.face.routers.update(ADMIN, router.id, RouterChanges(gateway=WantedGateway(outside.id, has_snat=False)))
    assert "SNAT is off" in " ".join(asked(bench, port, "198.51.100.7").path)
    bench.face.routers.update(DEMO, router.id, RouterChanges(is_admin_up=False))
    assert only(asked(bench, port, "198.51.100.7"))[0] == "state"


def test_routes_and_floating_ips_are_followed(bench: Bench) -> None:
    outside = bench.outside()
    network, far = bench.network(), bench.network("far")
    router = bench.router(outside, bench.subnet(network), bench.subnet(far, "10.2.0.0/24"))
    here, there = plugged(bench, bench.port(network)), plugged(bench, bench.port(far))
    assert asked(bench, here, there.addresses[0]).arrives
    bench.face.routers.update(DEMO, router.id, RouterChanges(routes=(HostRoute("10.9.0.0/16", there.addresses[0]),)))
    assert f"goes on to {there.addresses[0]}" in " ".join(asked(bench, here, "10.9.1.1").path)

    loose = bench.floating_ip(outside)
    assert "leads to no port" in only(asked(bench, here, loose.address))[1]
    led = bench.floating_ip(outside, there)
    told = asked(bench, here, led.address)
    assert only(told)[0] == "rule", "through a floating IP nobody is a member of a group"


def test_a_forwarded_port_is_followed_and_no_other(bench: Bench) -> None:
    outside = bench.outside()
    network, far = bench.network(), bench.network("far")
    bench.router(outside, bench.subnet(network), bench.subnet(far, "10.2.0.0/24"))
    group = bench.face.security_groups.create(DEMO, NewSecurityGroup("ssh"))
    bench.face.security_groups.create_rule(DEMO, NewRule(group.id, "ingress", protocol="tcp", port_min=22, port_max=24))
    there = plugged(bench, bench.port(far, security_group_ids=(group.id,)))
    here = plugged(bench, bench.port(network))
    shared = bench.floating_ip(outside)
    new = NewForwarding(there.id, "tcp", PortSpan(2222, 2226), PortSpan(22, 26))
    bench.face.forwardings.create(DEMO, shared.id, new)

    told = asked(bench, here, shared.address, 2223)
    assert told.arrives and f"leads port 2223 back to {there.addresses[0]}:23" in str(told.path)
    assert only(asked(bench, here, shared.address, 2226))[0] == "rule", "port 26 is closed to those behind it too"
    assert "it forwards other ports" in only(asked(bench, here, shared.address, 22))[1]
    assert "it forwards other ports" in only(asked(bench, here, shared.address, None))[1]

    theirs = bench.network("theirs", OTHER)
    bench.router(outside, bench.subnet(theirs, caller=OTHER), caller=OTHER)
    stranger = plugged(bench, bench.port(theirs, OTHER))
    assert asked(bench, stranger, shared.address, 2222, OTHER).arrives
    assert only(asked(bench, stranger, shared.address, 2226, OTHER))[0] == "rule", "port 26 is closed"
    refused = asked(bench, stranger, shared.address, 80, OTHER)
    assert only(refused)[1] == "nothing is behind this port" and shared.id not in str(refused)


def test_tenants_learn_nothing_of_others(bench: Bench) -> None:
    network = bench.network("shared", ADMIN, is_shared=True)
    bench.subnet(network, caller=ADMIN)
    mine, theirs = plugged(bench, bench.port(network)), plugged(bench, bench.port(network, OTHER))
    with pytest.raises(NotFound):
        asked(bench, theirs, mine.addresses[0])

    told = asked(bench, mine, theirs.addresses[0])

    assert not told.arrives
    said = f"{told.path} {told.stops}"
    hidden = (theirs.id, theirs.mac_address, theirs.device_id, *theirs.security_group_ids)
    assert [each for each in hidden if each in said] == []
    assert theirs.id in str(asked(bench, mine, theirs.addresses[0], caller=ADMIN))


def test_what_makes_no_sense_is_said(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    port = bench.port(network)
    for question, code in (
        (Question(port.id, "10.1.0.9", "tcp"), "explain.no_port"),
        (Question(port.id, "10.1.0.9", "bogus", 1), "explain.bad_protocol"),
        (Question(port.id, "2001:db8::1", "tcp", 1), "explain.no_address"),
    ):
        with pytest.raises(Invalid) as caught:
            bench.face.explaining.explain(DEMO, question)
        assert caught.value.code == code
