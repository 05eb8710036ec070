"""One floating IP for several guests' ports, and ranges that rules name together: by packets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from haneul.kit.policy import Caller
from haneul.services.network import (
    NewAddressGroup,
    NewForwarding,
    NewRule,
    NewSecurityGroup,
    Port,
    PortSpan,
    Question,
    Subnet,
    VirtualNetwork,
)
from tests.lab.streams import Stream
from tests.lab.wired_host import OUTSIDE, WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, OTHER, Bench

HOLDS_S = 1.0
"""A change takes hold within this time."""


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


@pytest.fixture(scope="module")
def network(bench: Bench) -> tuple[VirtualNetwork, Subnet]:
    network = bench.network("inside")
    return network, bench.subnet(network, "10.1.0.0/24")


def group(bench: Bench, *rules: dict[str, object]) -> str:
    """A new group with these rules of TCP and UDP inwards."""
    group_id = bench.face.security_groups.create(DEMO, NewSecurityGroup("test")).id
    for rule in rules:
        bench.face.security_groups.create_rule(DEMO, NewRule(group_id, "ingress", **rule))  # type: ignore[arg-type]
    return group_id


def test_ports_of_one_floating_ip_lead_to_several_guests(host: WiredHost, bench: Bench, network):
    outside = bench.outside()
    bench.router(outside, network[1])
    open_group = group(bench, {"protocol": "tcp"}, {"protocol": "udp"})
    one_port, two_port = (bench.port(network[0], security_group_ids=(open_group,)) for _ in range(2))
    one, two = host.guest(one_port), host.guest(two_port)
    one.serve(22)
    two.serve(80)
    two.serve(53, socket.SOCK_DGRAM)
    floating = bench.floating_ip(outside)
    forwardings = bench.face.forwardings

    def forward(port_id: str, protocol: str, outer: int, inner: int) -> str:
        new = NewForwarding(port_id, protocol, PortSpan(outer, outer), PortSpan(inner, inner))
        return forwardings.create(DEMO, floating.id, new).id

    first = forward(one_port.id, "tcp", 2222, 22)
    forward(two_port.id, "tcp", 8080, 80)
    forward(two_port.id, "udp", 5353, 53)

    until(lambda: host.root.asks(floating.address, 2222, 1.0) == OUTSIDE, 10, "the first guest by its port")
    assert host.root.asks(floating.address, 8080) == OUTSIDE
    assert host.root.asks_by_udp(floating.address, 5353) == OUTSIDE
    assert host.root.asks(floating.address, 80, 1.0) is None, "a port that nobody forwarded"
    assert host.root.asks(floating.address, 22, 1.0) is None, "the inner number is not the outer one"

    forwardings.delete(DEMO, floating.id, first)
    until(lambda: host.root.asks(floating.address, 2222, 0.3) is None, 5, "the forwarding to end")
    assert host.root.asks(floating.address, 8080) == OUTSIDE, "the others stay"


def test_a_tenant_elsewhere_uses_it_and_is_told_so(host: WiredHost, bench: Bench, network):
    outside = next(each for each in bench.face.networks.list(DEMO) if each.is_external)
    open_group = group(bench, {"protocol": "tcp"}, {"protocol": "icmp"})
    port = bench.port(network[0], security_group_ids=(open_group,))
    guest = host.guest(port)
    guest.serve(22)
    floating = bench.floating_ip(outside)
    new = NewForwarding(port.id, "tcp", PortSpan(2022, 2022), PortSpan(22, 22))
    bench.face.forwardings.create(DEMO, floating.id, new)
    theirs = bench.network("theirs", OTHER)
    their_router = bench.router(outside, bench.subnet(theirs, "10.3.0.0/24", OTHER), caller=OTHER)
    stranger_port = bench.port(theirs, OTHER)
    stranger = host.guest(stranger_port)
    gateway = bench.face.routers.get(OTHER, their_router.id).gateway
    assert gateway is not None

    until(lambda: stranger.asks(floating.address, 2022, 1.0) == gateway.fixed_ips[0].ip_address, 10, "the stranger")
    assert stranger.asks(floating.address, 22, 1.0) is None
    plain_port = bench.port(network[0], security_group_ids=(open_group,))
    host.guest(plain_port).serve(22)
    plain = bench.floating_ip(outside, plain_port)
    until(lambda: stranger.pings(plain.address, 1.0), 10, "the stranger's ping by a floating IP of its own guest")
    assert stranger.asks(plain.address, 22) == gateway.fixed_ips[0].ip_address
    neighbour_port = bench.port(network[0])
    host.guest(neighbour_port)

    def told(caller: Caller, sender: Port, number: int) -> tuple[bool, str]:
        question = Question(sender.id, floating.address, "tcp", number)
        answer = bench.face.explaining.explain(caller, question)
        return answer.arrives, answer.traced

    assert told(OTHER, stranger_port, 2022) == (True, "arrives")
    assert told(OTHER, stranger_port, 22) == (False, "")
    assert told(DEMO, neighbour_port, 2022) == (True, "arrives")
    assert told(DEMO, neighbour_port, 22) == (False, "")


def test_guests_behind_the_same_router_use_it_too(host: WiredHost, bench: Bench, network):
    outside = next(each for each in bench.face.networks.list(DEMO) if each.is_external)
    router = bench.face.routers.list(DEMO)[0]
    open_group = group(bench, {"protocol": "tcp"}, {"protocol": "udp"})
    port = bench.port(network[0], security_group_ids=(open_group,))
    guest = host.guest(port)
    guest.serve(22)
    guest.serve(53, socket.SOCK_DGRAM)
    floating = bench.floating_ip(outside)
    for protocol, outer, inner in (("tcp", 2122, 22), ("udp", 5300, 53)):
        new = NewForwarding(port.id, protocol, PortSpan(outer, outer), PortSpan(inner, inner))
        bench.face.forwardings.create(DEMO, floating.id, new)
    neighbour_port = bench.port(network[0])
    neighbour = host.guest(neighbour_port)

    until(lambda: neighbour.asks(floating.address, 2122, 1.0) == neighbour_port.addresses[0], 10, "the neighbour")
    assert neighbour.asks_by_udp(floating.address, 5300) == neighbour_port.addresses[0]
    assert neighbour.asks(floating.address, 22, 1.0) is None
    assert guest.asks(floating.address, 2122) is not None, "the guest itself, by its outside address"

    second = bench.network("second")
    subnet = bench.subnet(second, "10.2.0.0/24")
    far_port = bench.port(second)
    far = host.guest(far_port)
    bench.face.routers.add_interface(DEMO, router.id, subnet_id=subnet.id)
    until(lambda: far.asks(floating.address, 2122, 1.0) == far_port.addresses[0], 10, "who came later")

    bench.face.routers.remove_interface(DEMO, router.id, subnet_id=subnet.id)
    until(lambda: far.asks(floating.address, 2122, 0.3) is None, 5, "its way to end")
    assert neighbour.asks(floating.address, 2122) == neighbour_port.addresses[0]
    assert bench.mend() == 0


def test_a_forwarded_packet_still_needs_a_rule(host: WiredHost, bench: Bench, network):
    outside = next(each for each in bench.face.networks.list(DEMO) if each.is_external)
    guarded = group(bench)
    port = bench.port(network[0], security_group_ids=(guarded,))
    guest = host.guest(port)
    guest.serve(22)
    floating = bench.floating_ip(outside)
    bench.face.forwardings.create(
        DEMO, floating.id, NewForwarding(port.id, "tcp", PortSpan(2200, 2200), PortSpan(22, 22))
    )
    assert host.root.asks(floating.address, 2200, 1.0) is None

    bench.face.security_groups.create_rule(DEMO, NewRule(guarded, "ingress", protocol="tcp", port_min=22, port_max=22))

    until(lambda: host.root.asks(floating.address, 2200, 1.0) == OUTSIDE, 10, "the rule to let it in")


def test_an_address_group_decides_who_comes_in(host: WiredHost, bench: Bench, network):
    friends = bench.face.address_groups.create(DEMO, NewAddressGroup("friends"))
    only_friends = group(bench, {"protocol": "tcp", "remote_address_group_id": friends.id})
    server_port = bench.port(network[0], security_group_ids=(only_friends,))
    server = host.guest(server_port)
    server.serve(8000)
    friend_port, stranger_port = bench.port(network[0]), bench.port(network[0])
    friend, stranger = host.guest(friend_port), host.guest(stranger_port)
    address = server_port.addresses[0]
    assert friend.asks(address, 8000, 1.0) is None, "the group is empty"

    bench.face.address_groups.add(DEMO, friends.id, [f"{friend_port.addresses[0]}/32"])
    opened_s = _took(lambda: friend.asks(address, 8000, 0.3) is not None, "the friend to come in")
    assert stranger.asks(address, 8000, 1.0) is None

    bench.face.address_groups.remove(DEMO, friends.id, [f"{friend_port.addresses[0]}/32"])
    closed_s = _took(lambda: friend.asks(address, 8000, 0.3) is None, "the door to close")

    assert opened_s < HOLDS_S
    assert closed_s < HOLDS_S + 0.3


def test_a_closed_port_cuts_what_was_established_within_a_second(host: WiredHost, bench: Bench, network):
    web = group(bench, {"protocol": "tcp", "port_min": 8000, "port_max": 8000})
    server_port = bench.port(network[0], security_group_ids=(web,))
    server, client = host.guest(server_port), host.guest(bench.port(network[0]))
    rule = bench.face.security_groups.get(DEMO, web).rules
    closing = next(each for each in rule if each.protocol == "tcp")
    with Stream(client, server, server_port.addresses[0], 8000) as stream:
        until(lambda: stream.received > 20, 5, "the stream to flow")
        bench.face.security_groups.delete_rule(DEMO, closing.id)
        began = time.monotonic()
        until(lambda: stream.silent_s > 1.0, 5, "the stream to be cut")
        cut_after_s = time.monotonic() - began - stream.silent_s

    assert cut_after_s < HOLDS_S


def _took(question, what: str) -> float:  # type: ignore[no-untyped-def]
    began = time.monotonic()
    until(question, 5, what)
    return time.monotonic() - began
