"""What every network driver promises, the fake as well as OVN's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.drivers.network.fake import FakeNetworks
from haneul.kit.errors import Conflict
from haneul.services.network import (
    AddressGroupIntent,
    FloatingIpIntent,
    ForwardingIntent,
    HostRoute,
    Intent,
    Kind,
    NetworkDriver,
    NetworkIntent,
    Owned,
    PortAddress,
    PortIntent,
    QosIntent,
    RouterGateway,
    RouterIntent,
    RouterPort,
    RuleIntent,
    SecurityGroupIntent,
    SubnetIntent,
)
from tests.drivers.network.private_ovn import is_installed, private_ovn


@pytest.fixture(params=["fake", "ovn"])
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NetworkDriver]:
    if request.param == "fake":
        yield FakeNetworks()
        return
    if not is_installed():
        pytest.skip("OVN is not installed on this machine")
    from haneul.drivers.network.ovn import OvnNetworks

    with private_ovn(tmp_path) as ovn:
        driver = OvnNetworks(ovn.northbound, ovn.southbound)
        yield driver
        driver.close()


def uuid(number: int) -> str:
    return f"{number:08d}-0000-4000-8000-000000000000"


INSIDE, OUTSIDE = NetworkIntent(uuid(1), "inside", 1442), NetworkIntent(uuid(2), "outside", 1500, "physnet1", 100)
SUBNET = SubnetIntent(uuid(3), INSIDE.id, "10.7.0.0/24", 1442, "fa:16:3e:00:00:01", "10.7.0.1", "10.7.0.2")
OFFICES = AddressGroupIntent(uuid(8), "offices", ("192.0.2.0/24", "2001:db8::/64"))
GROUP = SecurityGroupIntent(
    uuid(4),
    "web",
    rules=(
        RuleIntent(uuid(40), True, False, 6, 22, 22),
        RuleIntent(uuid(41), True, False, remote_address_group_id=OFFICES.id),
    ),
)
PORT = PortIntent(
    uuid(5),
    INSIDE.id,
    "fa:16:3e:00:01:0b",
    (PortAddress("10.7.0.11", SUBNET.id),),
    security_group_ids=(GROUP.id,),
    dhcp_subnet_ids=(SUBNET.id,),
)
FOOT = RouterPort(uuid(60), INSIDE.id, "fa:16:3e:00:02:02", ("10.7.0.1/24",))
WAY_OUT = RouterGateway(
    RouterPort(uuid(61), OUTSIDE.id, "fa:16:3e:00:02:01", ("172.24.4.10/24",)),
    "physnet1",
    ("10.7.0.0/24",),
    ("172.24.4.1",),
)
ROUTER = RouterIntent(uuid(6), "r", True, (FOOT,), WAY_OUT, (HostRoute("10.9.0.0/16", "10.7.0.9"),))
FLOATING = FloatingIpIntent(uuid(7), ROUTER.id, "172.24.4.100", "10.7.0.11", PORT.id, "fa:16:3e:00:02:03", "physnet1",
                            OUTSIDE.id, WAY_OUT.port.port_id)  # fmt: skip
SHARED = FloatingIpIntent(
    uuid(9),
    ROUTER.id,
    "172.24.4.101",
    "",
    "",
    "fa:16:3e:00:02:04",
    "physnet1",
    OUTSIDE.id,
    WAY_OUT.port.port_id,
    forwardings=(ForwardingIntent("tcp", 2222, "10.7.0.11", 22), ForwardingIntent("udp", 53, "10.7.0.11", 53)),
)
EVERYTHING: tuple[Intent, ...] = (INSIDE, OUTSIDE, SUBNET, OFFICES, GROUP, PORT, ROUTER, FLOATING, SHARED)


def owned(*intents: Intent) -> frozenset[Owned]:
    return frozenset(Owned(intent.kind, intent.id) for intent in intents)


def test_everything_is_there_and_asking_again_changes_nothing(driver: NetworkDriver) -> None:
    assert driver.ensure(EVERYTHING) == len(EVERYTHING)
    assert driver.list_owned() == owned(*EVERYTHING)
    assert driver.ensure(EVERYTHING) == 0


def test_what_differs_is_told_and_left_as_it_is(driver: NetworkDriver) -> None:
    assert driver.differing(EVERYTHING) == owned(*EVERYTHING)
    driver.ensure(EVERYTHING)
    assert driver.differing(EVERYTHING) == frozenset()
    driver.remove(list(owned(FLOATING)))
    others = [each for each in EVERYTHING if each not in (PORT, FLOATING)]
    shut = replace(PORT, is_enabled=False)

    for _ in range(2):
        assert driver.differing([*others, shut, FLOATING]) == owned(PORT, FLOATING)
    assert driver.ensure([*others, shut, FLOATING]) == 2


@pytest.mark.parametrize(
    "changed",
    [
        replace(INSIDE, mtu=1300),
        replace(OUTSIDE, vlan=101),
        replace(SUBNET, dns_servers=("10.7.0.53",)),
        replace(SUBNET, host_routes=(HostRoute("10.8.0.0/16", "10.7.0.9"),)),
        replace(GROUP, rules=()),
        replace(GROUP, is_stateful=False),
        replace(PORT, is_enabled=False),
        replace(PORT, is_secured=False, security_group_ids=()),
        replace(PORT, may_also_use=(("fa:16:3e:00:01:0b", "10.7.0.200/32"),)),
        replace(PORT, chassis="host-1"),
        replace(PORT, hostname="web"),
        replace(PORT, names=("web", "web.example.org")),
        replace(PORT, parent_port_id=uuid(51), tag=7),
        replace(FLOATING, names=("www.example.org",), inside_network_id=INSIDE.id),
        replace(PORT, qos=QosIntent(egress_kbps=1000, dscp_mark=46)),
        replace(FLOATING, qos=QosIntent(ingress_kbps=1000)),
        replace(ROUTER, routes=()),
        replace(ROUTER, gateway=None),
        replace(ROUTER, is_enabled=False),
        replace(FLOATING, fixed_ip="10.7.0.12"),
        replace(FLOATING, is_direct=False, qos=QosIntent(ingress_kbps=1000)),
        replace(OFFICES, addresses=("192.0.2.0/25",)),
        replace(SHARED, forwardings=SHARED.forwardings[:1]),
        replace(SHARED, inside_network_ids=(INSIDE.id,)),
        replace(SHARED, forwardings=(ForwardingIntent("tcp", 2223, "10.7.0.12", 22),)),
        replace(SHARED, forwardings=(), fixed_ip="10.7.0.11", port_id=PORT.id),
    ],
    ids=lambda intent: f"{intent.kind}",
)
def test_a_change_is_one_change_and_holds(driver: NetworkDriver, changed: Intent) -> None:
    driver.ensure(EVERYTHING)
    assert driver.ensure([changed]) == 1
    assert driver.ensure([changed]) == 0


def test_what_leans_on_nothing_is_refused_whole(driver: NetworkDriver) -> None:
    with pytest.raises(Conflict) as caught:
        driver.ensure([INSIDE, SUBNET, PORT])
    assert caught.value.code == "network.not_ready"
    assert driver.list_owned() == frozenset()


def test_removing_is_complete_and_may_be_repeated(driver: NetworkDriver) -> None:
    driver.ensure(EVERYTHING)
    gone = [Owned(intent.kind, intent.id) for intent in EVERYTHING if intent.kind is not Kind.NETWORK]
    driver.remove(gone)
    assert driver.list_owned() == owned(INSIDE, OUTSIDE)
    driver.remove(gone)
    driver.remove([*owned(INSIDE, OUTSIDE), Owned(Kind.PORT, uuid(99))])
    assert driver.list_owned() == frozenset()


def test_what_was_removed_can_be_made_again(driver: NetworkDriver) -> None:
    driver.ensure(EVERYTHING)
    driver.remove(list(owned(*EVERYTHING)))
    assert driver.ensure(EVERYTHING) == len(EVERYTHING)


def test_no_port_is_up_before_a_host_has_it(driver: NetworkDriver) -> None:
    driver.ensure(EVERYTHING)
    assert driver.list_up() == frozenset()
