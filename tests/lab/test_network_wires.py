"""What is on the wires between two hosts: the key of an overlay, the tag of a VLAN network, nothing on a flat one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import NewRule
from tests.lab.frames import Capture, Frame
from tests.lab.two_hosts import TwoHosts, two_hosts
from tests.lab.wired_host import until
from tests.stories.network.conftest import ADMIN, DEMO, OTHER, Bench

_GENEVE_PORT = 6081


@pytest.fixture(scope="module")
def cloud() -> Iterator[TwoHosts]:
    with two_hosts() as cloud:
        for caller in (DEMO, OTHER, ADMIN):
            group_id = cloud.bench.face.security_groups.resolve(caller, ["default"])[0]
            new = NewRule(group_id, "ingress", protocol="icmp")
            cloud.bench.face.security_groups.create_rule(caller, new)
        yield cloud


def test_an_overlay_has_its_own_key_on_the_underlay(cloud: TwoHosts):
    keys = [_key_on_the_wire(cloud, caller) for caller in (DEMO, OTHER)]

    assert None not in keys and keys[0] != keys[1], "two tenants with the same range share no key"


def test_a_vlan_network_bears_its_tag_and_a_flat_one_none(cloud: TwoHosts):
    bench = cloud.bench
    said = {"network_type": "vlan", "physical_network": "physnet1"}
    tagged = bench.network("tagged", ADMIN, segmentation_id=123, **said)
    flat = bench.network("flat", ADMIN, network_type="flat", physical_network="physnet1")
    for network, expected in ((tagged, 123), (flat, None)):
        bench.subnet(network, "10.9.0.0/24", ADMIN, has_dhcp=False)
        here_port, there_port = bench.port(network, ADMIN), bench.port(network, ADMIN)
        here, there = cloud.hosts[0].plug(bench, here_port), cloud.hosts[1].plug(bench, there_port)
        until(lambda here=here, to=there_port: here.pings(to.addresses[0], 1.0), 20, "the other host")
        with Capture(cloud.hosts[1].namespace, "pw") as capture:
            assert here.pings(there_port.addresses[0])
            request = capture.first(lambda frame: frame.is_echo_request, 3)
        assert request is not None and request.tag == expected
        assert there.mac != here.mac


def _key_on_the_wire(cloud: TwoHosts, caller) -> int | None:  # type: ignore[no-untyped-def]
    bench: Bench = cloud.bench
    network = bench.network("overlay", caller)
    bench.subnet(network, "10.1.0.0/24", caller)
    here_port, there_port = bench.port(network, caller), bench.port(network, caller)
    here = cloud.hosts[0].plug(bench, here_port)
    cloud.hosts[1].plug(bench, there_port)
    until(lambda: here.pings(there_port.addresses[0], 1.0), 20, "the other host, by the tunnel")
    with Capture(cloud.hosts[1].namespace, "ul") as capture:
        assert here.pings(there_port.addresses[0])
        frame = capture.first(
            lambda seen: _inner(seen).startswith(bytes.fromhex(there_port.mac_address.replace(":", ""))), 3
        )
    return None if frame is None else int.from_bytes(frame.payload[20 + 8 + 4 : 20 + 8 + 7], "big")


def _inner(frame: Frame) -> bytes:
    """The frame inside a geneve packet (RFC 8926); empty for anything else."""
    udp = frame.payload[20:]
    if frame.kind != 0x0800 or frame.payload[9] != 17 or int.from_bytes(udp[2:4], "big") != _GENEVE_PORT:
        return b""
    options = (udp[8] & 0x3F) * 4
    return udp[16 + options :]
