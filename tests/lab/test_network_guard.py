"""Nothing spoofs; what is allowed goes on while rules change; what `net explain` says is what packets do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import (
    HostRoute,
    NewRule,
    NewSecurityGroup,
    Port,
    PortChanges,
    Question,
    RouterChanges,
    Subnet,
    VirtualNetwork,
    WantedGateway,
)
from tests.lab.frames import Capture, End, Frame, arp_reply, dhcp_offer, echo, send
from tests.lab.stations import Station
from tests.lab.streams import Stream
from tests.lab.wired_host import OUTSIDE, WiredHost, until, wired_host
from tests.stories.network.conftest import ADMIN, DEMO, Bench

Net = tuple[VirtualNetwork, Subnet]


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


@pytest.fixture(scope="module")
def network(bench: Bench) -> Net:
    network = bench.network("guarded")
    return network, bench.subnet(network, "10.1.0.0/24")


@pytest.fixture(scope="module")
def pair(host: WiredHost, bench: Bench, network: Net) -> tuple[tuple[Station, Port], tuple[Station, Port]]:
    """An honest guest and a liar, of one group that lets its members reach each other."""
    honest, liar = bench.port(network[0]), bench.port(network[0])
    return (host.guest(honest), honest), (host.guest(liar), liar)


def end(port: Port, ip: str = "", mac: str = "") -> End:
    return End(mac or port.mac_address, ip or port.addresses[0])


def arrives(liar: Station, honest: Station, frame: bytes, kind: int = 0x0800) -> bool:
    """True if the frame comes to the other guest."""
    with Capture(honest.path) as capture:
        for _ in range(3):
            send(liar.path, frame)
        return capture.first(lambda seen: seen.kind == kind and _is_from(seen, frame), 1.0) is not None


def _is_from(seen: Frame, sent: bytes) -> bool:
    return seen.raw[:12] == sent[:12] and seen.payload[:28] == sent[14:42]


def test_nobody_lies_about_who_they_are(pair):
    (honest_station, honest), (liar_station, liar) = pair
    truth = echo(end(liar), end(honest))
    lies = {
        "IPv4": echo(end(liar, ip="10.1.0.77"), end(honest)),
        "MAC": echo(end(liar, mac="fa:16:3e:77:77:77"), end(honest)),
    }

    assert arrives(liar_station, honest_station, truth)
    assert [what for what, frame in lies.items() if arrives(liar_station, honest_station, frame)] == []
    assert not arrives(liar_station, honest_station, arp_reply(end(liar), end(honest), "10.1.0.1"), 0x0806)
    assert not arrives(liar_station, honest_station, dhcp_offer(end(liar), end(honest)))


def test_an_allowed_pair_may_be_used_and_no_other(bench: Bench, pair):
    from haneul.services.network import AddressPair

    (honest_station, honest), (liar_station, liar) = pair
    pairs = (AddressPair("10.1.0.77", ""),)
    bench.face.ports.update(DEMO, liar.id, PortChanges(address_pairs=pairs))

    lent = echo(end(liar, ip="10.1.0.77"), end(honest))
    default = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(default, "ingress", protocol="icmp"))
    until(lambda: arrives(liar_station, honest_station, lent), 10, "the pair to be allowed")
    assert not arrives(liar_station, honest_station, echo(end(liar, ip="10.1.0.78"), end(honest)))
    bench.face.ports.update(DEMO, liar.id, PortChanges(address_pairs=()))


def test_established_connections_outlive_changes_that_still_allow_them(host: WiredHost, bench: Bench, network: Net):
    group = bench.face.security_groups.create(DEMO, NewSecurityGroup("web"))
    new = NewRule(group.id, "ingress", protocol="tcp", port_min=8000, port_max=8000)
    bench.face.security_groups.create_rule(DEMO, new)
    there_port = bench.port(network[0], security_group_ids=(group.id,))
    there, here = host.guest(there_port), host.guest(bench.port(network[0]))
    with Stream(here, there, there_port.addresses[0], 8000) as stream:
        before = stream.received
        for number in range(10):
            new = NewRule(group.id, "ingress", protocol="udp", port_min=9000 + number, port_max=9000 + number)
            rule = bench.face.security_groups.create_rule(DEMO, new)
            until(lambda seen=before: stream.received > seen + 10, 5, "the stream to go on")
            before = stream.received
            bench.face.security_groups.delete_rule(DEMO, rule.id)

    assert stream.longest_pause_s < 1.0 and stream.failure == ""


def test_without_snat_the_outside_sees_the_guest_itself(host: WiredHost, bench: Bench, network: Net):
    outside = bench.outside()
    router = bench.router(outside, network[1])
    guest_port = bench.port(network[0])
    guest = host.guest(guest_port)
    gateway = bench.face.routers.get(DEMO, router.id).gateway
    assert gateway is not None
    host.root.serve(8001)
    until(lambda: guest.asks(OUTSIDE, 8001, 1.0) == gateway.fixed_ips[0].ip_address, 10, "the way out, translated")

    bench.face.routers.update(ADMIN, router.id, RouterChanges(gateway=WantedGateway(outside.id, has_snat=False)))
    host.machine.ok(f"ip route replace 10.1.0.0/24 via {gateway.fixed_ips[0].ip_address}")

    until(lambda: guest.asks(OUTSIDE, 8001, 1.0) == guest_port.addresses[0], 10, "the way out as it is")
    told = bench.face.explaining.explain(DEMO, Question(guest_port.id, OUTSIDE, "tcp", 8001))
    assert told.arrives and "SNAT is off" in " ".join(told.path)


def test_extra_routes_lead_through_a_guest(host: WiredHost, bench: Bench, network: Net):
    router_id = bench.face.routers.list(DEMO)[0].id
    gateway_port = bench.port(network[0], has_port_security=False, security_group_ids=())
    through = host.guest(gateway_port)
    host.machine.ok(f"ip -n {through.path.rpartition('/')[2]} address add 10.88.0.1/32 dev lo")
    bench.face.routers.update(
        DEMO, router_id, RouterChanges(routes=(HostRoute("10.88.0.0/16", gateway_port.addresses[0]),))
    )
    second = bench.network("second")
    bench.face.routers.add_interface(DEMO, router_id, subnet_id=bench.subnet(second, "10.2.0.0/24").id)
    far = host.guest(bench.port(second))

    until(lambda: far.pings("10.88.0.1", 1.0), 10, "the extra route")


def test_what_is_explained_is_what_happens(host: WiredHost, bench: Bench, network: Net):
    here_port, there_port = bench.port(network[0]), bench.port(network[0], security_group_ids=())
    here, there = host.guest(here_port), host.plug(there_port)
    host.address(there, f"{there_port.addresses[0]}/24")
    there.serve(7000)
    question = Question(here_port.id, there_port.addresses[0], "tcp", 7000)

    told = bench.face.explaining.explain(ADMIN, question)
    assert (told.arrives, told.traced) == (False, "dropped")
    assert told.stops[0].kind == "rule" and any("drop" in line for line in told.trace)
    assert here.asks(there_port.addresses[0], 7000, 1.0) is None

    open_all = bench.face.security_groups.create(DEMO, NewSecurityGroup("open"))
    bench.face.security_groups.create_rule(DEMO, NewRule(open_all.id, "ingress", protocol="tcp"))
    bench.face.ports.update(DEMO, there_port.id, PortChanges(security_group_ids=(open_all.id,)))
    until(lambda: here.asks(there_port.addresses[0], 7000, 1.0) is not None, 10, "the rule to hold")
    until(lambda: bench.face.explaining.explain(DEMO, question).traced == "arrives", 10, "OVN to agree")
    assert bench.face.explaining.explain(DEMO, question).arrives
