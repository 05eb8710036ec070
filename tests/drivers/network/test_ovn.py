"""What the OVN driver writes, judged by OVN itself: ovn-trace says what would become of a packet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from haneul.kit.errors import Conflict, Unavailable
from haneul.services.network.driver import (
    FloatingIpIntent,
    Intent,
    Kind,
    NetworkIntent,
    Owned,
    PortAddress,
    PortIntent,
    PortRole,
    RouterGateway,
    RouterIntent,
    RouterPort,
    RuleIntent,
    SecurityGroupIntent,
    SubnetIntent,
)
from tests.drivers.network.private_ovn import PrivateOvn, is_installed, private_ovn

if TYPE_CHECKING:
    from haneul.drivers.network.ovn import OvnNetworks

pytestmark = pytest.mark.skipif(not is_installed(), reason="OVN is not installed on this machine")

NET, SUB, GROUP = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "3" * 8 + "-aaaa"
WEB, DB = "44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"
ARRIVES_AT_DB = f'output("{DB[:6]}")'
"""As ovn-trace prints it: UUIDs are cut to six digits."""
NETWORK = NetworkIntent(NET, "blue", 1442)
SUBNET = SubnetIntent(
    SUB, NET, "10.7.0.0/24", 1442, "fa:16:3e:00:00:01", "10.7.0.1", "10.7.0.2", dns_servers=("10.7.0.1",)
)
SSH = RuleIntent("ssh", is_ingress=True, is_ipv6=False, protocol=6, first=22, last=22)
OUT = RuleIntent("out", is_ingress=False, is_ipv6=False)
OPEN = SecurityGroupIntent(GROUP, "web", rules=(SSH, OUT))


def port(port_id: str, number: int, *groups: str) -> PortIntent:
    return PortIntent(
        port_id,
        NET,
        f"fa:16:3e:00:01:{number:02x}",
        (PortAddress(f"10.7.0.{number}", SUB),),
        security_group_ids=groups,
        dhcp_subnet_ids=(SUB,),
        hostname=f"vm-{number}",
    )


BASE: tuple[Intent, ...] = (NETWORK, SUBNET, OPEN, port(WEB, 11, GROUP), port(DB, 12, GROUP))


@pytest.fixture
def ovn(tmp_path: Path) -> Iterator[PrivateOvn]:
    with private_ovn(tmp_path) as ovn:
        yield ovn


@pytest.fixture
def driver(ovn: PrivateOvn) -> Iterator[OvnNetworks]:
    from haneul.drivers.network.ovn import OvnNetworks

    driver = OvnNetworks(ovn.northbound, ovn.southbound)
    yield driver
    driver.close()


def packet(source: int, target: int, what: str) -> str:
    return (
        f'inport == "{WEB if source == 11 else DB}" && eth.src == fa:16:3e:00:01:{source:02x} && '
        f"eth.dst == fa:16:3e:00:01:{target:02x} && ip.ttl == 64 && ip4.src == 10.7.0.{source} && "
        f"ip4.dst == 10.7.0.{target} && {what}"
    )


def test_what_is_as_it_should_be_is_not_written_again(driver: OvnNetworks) -> None:
    assert driver.ensure(BASE) == len(BASE)
    assert driver.ensure(BASE) == 0
    assert {thing.id for thing in driver.list_owned()} == {NET, SUB, GROUP, WEB, DB}


def test_only_what_a_group_allows_arrives(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    driver.ensure(BASE)
    assert ARRIVES_AT_DB in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 22"))
    assert "output" not in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 80"))

    driver.ensure([replace(OPEN, rules=(OUT,))])
    assert "output" not in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 22"))


def test_a_port_in_no_group_lets_nothing_in_and_an_unsecured_one_all(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    driver.ensure([*BASE[:4], port(DB, 12)])
    assert "output" not in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 22"))

    driver.ensure([replace(port(DB, 12), is_secured=False)])
    assert ARRIVES_AT_DB in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 80"))


def test_a_guest_cannot_send_from_an_address_of_another(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    driver.ensure(BASE)
    spoofed = packet(11, 12, "tcp.dst == 22").replace("ip4.src == 10.7.0.11", "ip4.src == 10.7.0.99")
    assert "output" not in ovn.trace(f"network-{NET}", spoofed)


def test_a_remote_group_means_its_members(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    only_members = replace(SSH, id="members", first=5432, last=5432, remote_group_id=GROUP)
    driver.ensure([*BASE, replace(OPEN, rules=(OUT, only_members))])
    assert ARRIVES_AT_DB in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 5432"))

    driver.ensure([port(WEB, 11)])
    assert "output" not in ovn.trace(f"network-{NET}", packet(11, 12, "tcp.dst == 5432"))


def test_dhcp_is_answered_with_name_servers_and_the_way_to_the_metadata(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    driver.ensure(BASE)
    options = ovn.nbctl("--bare", "--columns=options", "list", "DHCP_Options")
    assert "classless_static_route={169.254.169.254/32,10.7.0.2, 0.0.0.0/0,10.7.0.1}" in options
    assert "dns_server={10.7.0.1}" in options
    assert "router=10.7.0.1" in options


def test_a_port_leans_on_its_network(driver: OvnNetworks) -> None:
    with pytest.raises(Conflict) as refusal:
        driver.ensure([port(WEB, 11)])
    assert refusal.value.code == "network.not_ready"
    assert driver.list_owned() == frozenset()


def test_what_is_removed_is_gone_and_foreign_rows_stay(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    ovn.nbctl("ls-add", "somebody-elses", "--", "lsp-add", "somebody-elses", "their-port")
    driver.ensure(BASE)
    driver.remove([Owned(intent.kind, intent.id) for intent in BASE])
    driver.remove([Owned(intent.kind, intent.id) for intent in BASE])
    assert driver.list_owned() == frozenset()
    assert ovn.nbctl("--bare", "--columns=name", "list", "Logical_Switch").split() == ["somebody-elses"]
    assert ovn.nbctl("--bare", "--columns=name", "list", "Logical_Switch_Port").split() == ["their-port"]
    assert ovn.nbctl("--bare", "--columns=cidr", "list", "DHCP_Options").split() == []


def test_foreign_rows_are_told_of_and_ours_are_not(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    from haneul.drivers.network.ovn.expressions import group_name

    driver.ensure([NETWORK, SUBNET, OPEN])
    assert driver.list_foreign() == ()

    ovn.nbctl("ls-add", "theirs")
    ovn.nbctl("lsp-add", f"network-{NETWORK.id}", "stowaway")
    ovn.nbctl("acl-add", group_name(GROUP), "to-lport", "900", "ip4", "allow")

    deadline = time.monotonic() + 10
    while len(driver.list_foreign()) < 3:
        assert time.monotonic() < deadline, "the replica never saw the foreign rows"
        time.sleep(0.02)
    told = {each.table: (each.name, each.within) for each in driver.list_foreign()}
    assert told == {
        "ACL": ("ip4", Owned(Kind.SECURITY_GROUP, GROUP)),
        "Logical_Switch": ("theirs", None),
        "Logical_Switch_Port": ("stowaway", Owned(Kind.NETWORK, NETWORK.id)),
    }


def test_a_router_leads_out_and_a_floating_ip_in(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    ovn.sbctl("chassis-add", "host-1", "geneve", "127.0.0.1")
    ovn.sbctl("set", "Chassis", "host-1", "other_config:ovn-bridge-mappings=physnet1:br-ex")
    outside = NetworkIntent("66666666-6666-4666-8666-666666666666", "public", 1500, physical_network="physnet1")
    gateway = RouterGateway(
        RouterPort("gw", outside.id, "fa:16:3e:00:02:01", ("172.24.4.10/24",)),
        "physnet1",
        snat_cidrs=("10.7.0.0/24",),
        nexthops=("172.24.4.1",),
    )
    inside = RouterPort("in", NET, "fa:16:3e:00:02:02", ("10.7.0.1/24",))
    router = RouterIntent("77777777-7777-4777-8777-777777777777", "r1", True, (inside,), gateway)
    floating = FloatingIpIntent("fip", router.id, "172.24.4.100", "10.7.0.11", WEB, "fa:16:3e:00:02:03", "physnet1")
    until_seen(driver)

    assert driver.ensure([*BASE, outside, router, floating]) == len(BASE) + 3
    assert driver.ensure([*BASE, outside, router, floating]) == 0

    nat = ovn.nbctl("lr-nat-list", f"router-{router.id}")
    assert "172.24.4.100" in nat
    assert "snat" in nat
    assert "172.24.4.1" in ovn.nbctl("lr-route-list", f"router-{router.id}")
    assert "host-1" in ovn.nbctl("lrp-get-gateway-chassis", "lrp-gw")

    driver.ensure([replace(router, gateway=None)])
    assert "172.24.4.1 " not in ovn.nbctl("lr-route-list", f"router-{router.id}")
    driver.remove([Owned(Kind.FLOATING_IP, "fip"), Owned(Kind.ROUTER, router.id)])
    assert ovn.nbctl("lr-list") == ""


def until_seen(driver: OvnNetworks) -> None:
    """The driver's replica of the southbound database has the host."""
    for _ in range(1000):
        if driver.list_chassis():
            return
    raise AssertionError("the driver does not see the host")


def test_the_metadata_port_answers_on_every_host_and_obeys_no_group(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    local = replace(port("md", 2), role=PortRole.METADATA)
    driver.ensure([*BASE, local])
    assert ovn.nbctl("lsp-get-type", "md").strip() == "localport"
    ask = packet(11, 2, "tcp.dst == 80").replace("ip4.dst == 10.7.0.2", "ip4.dst == 169.254.169.254")
    assert 'output("md")' in ovn.trace(f"network-{NET}", ask)


def test_an_unreachable_database_says_so(tmp_path: Path) -> None:
    from haneul.drivers.network.ovn import OvnNetworks

    driver = OvnNetworks(f"unix:{tmp_path}/nothing.sock", f"unix:{tmp_path}/nothing.sock")
    with pytest.raises(Unavailable) as refusal:
        driver.ensure([NETWORK])
    assert refusal.value.code == "network.unreachable"


def test_a_host_that_is_gone_is_forgotten(driver: OvnNetworks, ovn: PrivateOvn) -> None:
    for name in ("ghost", "neighbour"):
        ovn.sbctl("chassis-add", name, "geneve", f"192.0.2.{len(name)}")
    deadline = time.monotonic() + 10
    while len(driver.list_chassis()) < 2:
        assert time.monotonic() < deadline, "the replica never saw the hosts"
        time.sleep(0.02)

    driver.remove_chassis("ghost")
    driver.remove_chassis("ghost")

    assert [each.name for each in driver.list_chassis()] == ["neighbour"]
    assert "ghost" not in ovn.sbctl("show")
