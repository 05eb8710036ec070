"""Ports: addresses, sight, and what follows from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound, OverQuota, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.services.network import (
    DhcpOption,
    Filter,
    HostBinding,
    Kind,
    Listing,
    NewPort,
    Owned,
    PortChanges,
    PortIntent,
    WantedIp,
)
from tests.stories.network.conftest import ADMIN, DEMO, OTHER, READER, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def test_a_port_gets_an_address_and_the_default_group(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)

    port = bench.port(network)

    assert [fixed.subnet_id for fixed in port.fixed_ips] == [subnet.id]
    assert port.addresses == ("10.1.0.3",)  # .1 is the gateway, .2 the metadata port
    assert len(port.security_group_ids) == 1
    assert bench.face.ports.get(DEMO, port.id) == port


def test_the_world_follows_a_port(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    port = bench.port(network)

    intent = bench.world.intents[Owned(Kind.PORT, port.id)]

    assert isinstance(intent, PortIntent)
    assert intent.mac == port.mac_address and intent.is_secured
    bench.face.ports.delete(DEMO, port.id)
    assert Owned(Kind.PORT, port.id) not in bench.world.intents


def test_no_address_is_given_twice(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network, "10.1.0.0/28")

    given = [address for _ in range(12) for address in bench.port(network).addresses]

    assert len(set(given)) == 12
    with pytest.raises(Conflict) as caught:
        bench.port(network)
    assert caught.value.code == "subnet.exhausted"


def test_a_freed_address_is_given_again_once_the_pool_has_been_walked(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network, "10.1.0.0/29")
    ports = [bench.port(network) for _ in range(4)]
    bench.face.ports.delete(DEMO, ports[1].id)

    assert bench.port(network).addresses == ports[1].addresses


def test_a_chosen_address_is_for_the_owner_of_the_network(bench: Bench) -> None:
    network = bench.network(caller=ADMIN, is_shared=True)
    bench.subnet(network, caller=ADMIN)
    wanted = (WantedIp(ip_address="10.1.0.77"),)

    assert bench.port(network, ADMIN, fixed_ips=wanted).addresses == ("10.1.0.77",)
    with pytest.raises(Forbidden):
        bench.port(network, DEMO, fixed_ips=(WantedIp(ip_address="10.1.0.78"),))
    with pytest.raises(Conflict) as caught:
        bench.port(network, ADMIN, fixed_ips=wanted)
    assert caught.value.code == "port.ip_in_use"


def test_an_address_off_the_network_is_refused(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    with pytest.raises(Invalid) as caught:
        bench.port(network, fixed_ips=(WantedIp(ip_address="192.168.7.7"),))
    assert caught.value.code == "port.ip_not_on_network"


def test_a_mac_is_there_once_on_a_network(bench: Bench) -> None:
    network = bench.network()
    bench.port(network, mac_address="fa:16:3e:00:00:01")
    with pytest.raises(Conflict) as caught:
        bench.port(network, mac_address="FA-16-3E-00-00-01")
    assert caught.value.code == "port.mac_in_use"


def test_somebody_elses_port_is_not_found(bench: Bench) -> None:
    port = bench.port(bench.network())
    with pytest.raises(NotFound):
        bench.face.ports.get(OTHER, port.id)
    assert bench.face.ports.list(OTHER) == []
    assert bench.face.ports.get(ADMIN, port.id).id == port.id


def test_a_reader_reads_and_does_not_write(bench: Bench) -> None:
    network = bench.network()
    port = bench.port(network)
    assert bench.face.ports.get(READER, port.id) == port
    with pytest.raises(Forbidden):
        bench.port(network, READER)
    with pytest.raises(Forbidden):
        bench.face.ports.delete(READER, port.id)


def test_a_port_asked_for_twice_by_the_same_id_is_one_port(bench: Bench) -> None:
    network = bench.network()
    new = NewPort(network.id, id="11111111-1111-4111-8111-111111111111", project_id="demo")

    first = bench.face.ports.create(INTERNAL, new)

    assert bench.face.ports.create(INTERNAL, new).id == first.id
    assert len(bench.face.ports.list(DEMO)) == 1


def test_the_quota_counts_ports(bench: Bench) -> None:
    network = bench.network()
    bench.face.quotas.set(ADMIN, "demo", {"port": 1})
    bench.port(network)
    with pytest.raises(OverQuota):
        bench.port(network)


def test_a_bound_port_comes_up_and_compute_is_told(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    port = bench.port(network)

    nic = bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)

    assert nic.mac == port.mac_address and nic.mtu == 1442 and nic.fixed_ips == port.addresses
    assert nic.metadata is not None and nic.metadata.cidrs == ("10.1.0.2/24",)
    assert [(news.device_id, news.status) for news in bench.seen] == [("server-1", "ACTIVE")]
    bound = bench.face.ports.get(DEMO, port.id)
    assert (bound.status, bound.host_id, bound.device_owner) == ("ACTIVE", "fake-1", "compute:nova")
    assert bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST) == nic
    assert bench.face.ports.nics("server-1") == (nic,)


def test_a_port_is_bound_only_once_the_network_has_it(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    port = bench.port(network)
    bench.world.is_reachable = False

    with pytest.raises(Unavailable):
        bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)

    bench.world.is_reachable = True
    assert bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST).port_id == port.id
    assert bench.face.ports.get(DEMO, port.id).status == "ACTIVE"


def test_a_port_of_one_server_is_not_bound_to_another(bench: Bench) -> None:
    port = bench.port(bench.network())
    bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)
    with pytest.raises(Conflict) as caught:
        bench.face.ports.bind(INTERNAL, port.id, "server-2", HOST)
    assert caught.value.code == "port.in_use"


def test_a_server_that_goes_takes_its_own_ports_and_leaves_the_others(bench: Bench) -> None:
    network = bench.network()
    mine = bench.port(network)
    made = bench.port(network, goes_with_device=True)
    for port in (mine, made):
        bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)

    bench.face.ports.remove_for_server("server-1")
    bench.face.ports.remove_for_server("server-1")

    left = bench.face.ports.list(DEMO)
    assert [port.id for port in left] == [mine.id]
    assert (left[0].device_id, left[0].host_id, left[0].status) == ("", "", "DOWN")


def test_addresses_of_many_servers_come_in_one_go(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    subnet = bench.subnet(network)
    bench.router(outside, subnet)
    port = bench.port(network)
    bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)
    floating = bench.floating_ip(outside, port)

    found = bench.face.ports.of_servers(["server-1", "server-2"])

    assert [(each.address, each.is_floating, each.network_name) for each in found["server-1"]] == [
        (port.addresses[0], False, "net"),
        (floating.address, True, "net"),
    ]
    assert "server-2" not in found


def test_new_addresses_replace_the_old(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)
    port = bench.port(network)

    changes = PortChanges(fixed_ips=(WantedIp(subnet.id), WantedIp(subnet.id, "10.1.0.50")))
    changed = bench.face.ports.update(DEMO, port.id, changes)

    assert changed.addresses == (port.addresses[0], "10.1.0.50")
    assert bench.face.ports.get(DEMO, port.id).addresses == changed.addresses


def test_ports_are_found_by_every_attribute(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)
    port = bench.port(network, name="web", device_id="d1")

    for where in (
        {"name": ("web",)},
        {"device_id": ("d0", "d1")},
        {"subnet_id": (subnet.id,), "ip_address": port.addresses},
        {"security_group_ids": port.security_group_ids},
    ):
        found = bench.face.ports.list(DEMO, Listing(Filter(where)))
        assert [each.id for each in found] == [port.id], where
    with pytest.raises(Invalid):
        bench.face.ports.list(DEMO, Listing(Filter({"colour": ("red",)})))


def test_a_port_without_security_has_no_groups(bench: Bench) -> None:
    network = bench.network()
    port = bench.port(network, has_port_security=False)
    assert port.security_group_ids == ()
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    with pytest.raises(Invalid):
        bench.face.ports.update(DEMO, port.id, PortChanges(security_group_ids=(group_id,)))
    with pytest.raises(Conflict):
        bench.face.ports.update(DEMO, bench.port(network).id, PortChanges(has_port_security=False))


def test_changing_nothing_keeps_the_port(bench: Bench) -> None:
    port = bench.port(bench.network())
    same = bench.face.ports.update(DEMO, port.id, PortChanges())
    assert replace(same, revision_number=port.revision_number, updated_at=port.updated_at) == port


@pytest.mark.parametrize(
    ("name", "value"), [("mtu", "large"), ("dns-server", "10.0.0.1,here"), ("router", "x"), ("domain-name", "a b")]
)
def test_an_option_that_no_guest_could_be_told_is_refused(bench: Bench, name: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        bench.port(bench.network(), dhcp_options=(DhcpOption(name, value),))
    assert caught.value.code == "port.bad_option"


def test_nobody_plugs_into_what_is_somebody_elses(bench: Bench) -> None:
    theirs = bench.network("theirs", OTHER)
    port = bench.port(bench.network())
    bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)
    router = bench.router()

    for device_id in ("server-1", router.id):
        with pytest.raises(Conflict) as caught:
            bench.port(theirs, OTHER, device_id=device_id)
        assert caught.value.code == "port.foreign_device"
    for owner in ("network:router_interface", "network:floatingip", "network:distributed"):
        with pytest.raises(Conflict) as caught:
            bench.port(theirs, OTHER, device_id="x", device_owner=owner)
        assert caught.value.code == "port.reserved_owner"
    with pytest.raises(Conflict) as caught:
        bench.face.ports.update(DEMO, port.id, PortChanges(device_id="server-2"))
    assert caught.value.code == "port.bound"


def test_a_port_that_only_claims_a_server_is_none_of_its_cards(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    bench.port(network, device_id="server-1", device_owner="compute:nova")

    assert bench.face.ports.nics("server-1") == ()
    assert bench.face.ports.of_servers(["server-1"]) == {}


def test_a_chosen_address_does_not_keep_a_guest_from_making_its_own(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network, "10.1.0.0/24")
    bench.subnet(network, "fd00:1::/64", ra_mode="slaac", address_mode="slaac")

    port = bench.port(network, fixed_ips=(WantedIp(subnet.id, "10.1.0.9"),))
    bare = bench.port(network, fixed_ips=())

    assert port.addresses[0] == "10.1.0.9"
    assert [address.startswith("fd00:1::") for address in port.addresses] == [False, True]
    assert bare.addresses == ()


def test_addresses_are_of_the_subnet_that_was_first(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network, "10.9.0.0/24")
    bench.clock.move(1)
    bench.subnet(network, "10.1.0.0/24")
    assert all(bench.port(network).addresses[0].startswith("10.9.0.") for _ in range(3))
