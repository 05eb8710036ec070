"""One card, several networks: what a guest tags goes to the subport's network and comes back with the tag."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import NewRule, NewTrunk, WantedSubPort
from tests.lab.frames import Capture, End, echo, send
from tests.lab.stations import Station
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, Bench


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


def test_tagged_packets_reach_the_subports_network(host: WiredHost):
    bench: Bench = host.bench
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(group_id, "ingress", protocol="icmp"))
    nets = [bench.network(name) for name in ("plain", "red", "blue")]
    for number, network in enumerate(nets, start=1):
        bench.subnet(network, f"10.{number}.0.0/24")
    parent, red, blue = (bench.port(network) for network in nets)
    wanted = (WantedSubPort(red.id, "vlan", 101), WantedSubPort(blue.id, "vlan", 102))
    trunk = bench.face.trunks.create(DEMO, NewTrunk(parent.id, sub_ports=wanted))
    guest = host.guest(parent)
    plain_peer, red_peer, blue_peer = (bench.port(network) for network in nets)
    assert guest.pings(_plugged(host, plain_peer).ip), "the parent's own network, without a tag"
    red_end, blue_end = _plugged(host, red_peer), _plugged(host, blue_peer)
    up = [bench.face.ports.get(DEMO, port.id).status for port in (parent, red, blue)]
    assert up == ["ACTIVE"] * 3 and bench.face.trunks.get(DEMO, trunk.id).status == "ACTIVE"

    until(lambda: answered(guest, End(red.mac_address, red.addresses[0]), red_end, 101) == 101, 10, "red by tag 101")
    assert answered(guest, End(blue.mac_address, blue.addresses[0]), blue_end, 102) == 102
    assert answered(guest, End(red.mac_address, red.addresses[0]), red_end, 102) is None
    assert answered(guest, End(red.mac_address, red.addresses[0]), red_end, None) is None

    bench.face.trunks.remove_subports(DEMO, trunk.id, [red.id])
    until(lambda: answered(guest, End(red.mac_address, red.addresses[0]), red_end, 101) is None, 10, "red to be gone")
    assert answered(guest, End(blue.mac_address, blue.addresses[0]), blue_end, 102) == 102


def _plugged(host: WiredHost, port) -> End:  # type: ignore[no-untyped-def]
    host.guest(port)
    return End(port.mac_address, port.addresses[0])


def answered(guest: Station, sender: End, receiver: End, tag: int | None) -> int | None:
    """The tag with which the answer to a ping comes back; None when none comes."""
    with Capture(guest.path) as capture:
        send(guest.path, echo(sender, receiver, tag))
        reply = capture.first(lambda frame: frame.is_echo_reply, 0.7)
        return None if reply is None else reply.tag
