"""What is written becomes so in the world: at once, later, again."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.services.identity import ProjectDeleted
from haneul.services.network import (
    Filter,
    FloatingIpIntent,
    HostBinding,
    HostRoute,
    Kind,
    Listing,
    NetworkChanges,
    NewAddressScope,
    NewRule,
    NewSecurityGroup,
    NewSubnetPool,
    Owned,
    PortIntent,
    PortRole,
    RouterChanges,
    RouterIntent,
    SecurityGroupIntent,
    SubnetChanges,
    SubnetIntent,
    SubnetPoolChanges,
    WantedGateway,
)
from tests.stories.network.conftest import ADMIN, DEMO, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def test_guests_are_told_the_way_to_the_metadata_service(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)

    intent = bench.world.intents[Owned(Kind.SUBNET, subnet.id)]

    assert isinstance(intent, SubnetIntent)
    assert (intent.metadata_ip, intent.gateway_ip, intent.mtu) == ("10.1.0.2", "10.1.0.1", 1442)
    assert intent.dns_servers == ("10.0.0.53",)
    roles = [each.role for each in bench.world.intents.values() if isinstance(each, PortIntent)]
    assert roles == [PortRole.METADATA]


def test_a_subnet_without_dhcp_is_not_in_the_world(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)
    port = bench.port(network)

    bench.face.subnets.update(DEMO, subnet.id, SubnetChanges(has_dhcp=False))

    assert Owned(Kind.SUBNET, subnet.id) not in bench.world.intents
    intent = bench.world.intents[Owned(Kind.PORT, port.id)]
    assert isinstance(intent, PortIntent) and intent.dhcp_subnet_ids == ()
    assert bench.world.leftovers() == []


def test_a_router_comes_with_its_feet_its_way_out_and_its_routes(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    subnet = bench.subnet(network)
    router = bench.router(outside, subnet)
    changes = RouterChanges(routes=(HostRoute("10.9.0.0/16", "10.1.0.9"),))
    bench.face.routers.update(DEMO, router.id, changes)

    intent = bench.world.intents[Owned(Kind.ROUTER, router.id)]

    assert isinstance(intent, RouterIntent) and intent.gateway is not None
    assert [foot.cidrs for foot in intent.interfaces] == [("10.1.0.1/24",)]
    assert intent.gateway.snat_cidrs == ("10.1.0.0/24",)
    assert intent.gateway.nexthops == ("172.24.4.1",)
    assert intent.gateway.physical_network == "physnet1"
    assert intent.routes == (HostRoute("10.9.0.0/16", "10.1.0.9"),)


def test_addresses_of_the_scope_outside_leave_as_they_are(bench: Bench) -> None:
    scope = bench.face.address_scopes.create(ADMIN, NewAddressScope(4, is_shared=True))
    outer = bench.face.subnet_pools.create(ADMIN, NewSubnetPool("o", ("172.24.0.0/16",), scope_id=scope.id))
    inner = bench.face.subnet_pools.create(DEMO, NewSubnetPool("i", ("10.8.0.0/16",), scope_id=scope.id))
    outside = bench.network("public", ADMIN, is_external=True)
    bench.subnet(outside, "172.24.4.0/24", ADMIN, has_dhcp=False, pool_id=outer.id)
    known = bench.subnet(bench.network("known"), "10.8.1.0/24", pool_id=inner.id)
    own = bench.subnet(bench.network("own"), "192.168.7.0/24")
    router = bench.router(outside, known, own)

    def translated() -> tuple[str, ...]:
        intent = bench.world.intents[Owned(Kind.ROUTER, router.id)]
        assert isinstance(intent, RouterIntent) and intent.gateway is not None
        return intent.gateway.snat_cidrs

    assert translated() == ("192.168.7.0/24",)
    bench.face.subnet_pools.update(DEMO, inner.id, SubnetPoolChanges(scope_id=None))
    assert sorted(translated()) == ["10.8.1.0/24", "192.168.7.0/24"]


def test_a_router_without_snat_translates_nothing(bench: Bench) -> None:
    outside = bench.outside()
    router = bench.router(outside, bench.subnet(bench.network()))
    wanted = WantedGateway(outside.id, has_snat=False)
    bench.face.routers.update(ADMIN, router.id, RouterChanges(gateway=wanted))

    intent = bench.world.intents[Owned(Kind.ROUTER, router.id)]

    assert isinstance(intent, RouterIntent) and intent.gateway is not None
    assert intent.gateway.snat_cidrs == ()


def test_a_floating_ip_leads_to_its_port_and_away_again(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    bench.router(outside, bench.subnet(network))
    port = bench.port(network)
    floating = bench.floating_ip(outside, port)
    owned = Owned(Kind.FLOATING_IP, floating.id)

    intent = bench.world.intents[owned]

    assert isinstance(intent, FloatingIpIntent)
    assert (intent.address, intent.fixed_ip, intent.port_id) == (floating.address, port.addresses[0], port.id)
    bench.face.ports.delete(DEMO, port.id)
    assert owned not in bench.world.intents


def test_a_rule_changes_its_group_in_the_world(bench: Bench) -> None:
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    new = NewRule(group_id, "ingress", protocol="tcp", port_min=22, port_max=22)
    rule = bench.face.security_groups.create_rule(DEMO, new)
    owned = Owned(Kind.SECURITY_GROUP, group_id)

    def rules() -> list[tuple[int | None, int | None]]:
        intent = bench.world.intents[owned]
        assert isinstance(intent, SecurityGroupIntent)
        return [(each.protocol, each.first) for each in intent.rules]

    assert (6, 22) in rules()
    bench.face.security_groups.delete_rule(DEMO, rule.id)
    assert (6, 22) not in rules()


def test_changes_wait_while_the_network_is_away_and_none_is_lost(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    bench.world.is_reachable = False
    ports = [bench.port(network) for _ in range(20)]
    gone = ports.pop()
    bench.face.ports.delete(DEMO, gone.id)
    assert bench.parts.store.pending.count() > 0

    bench.world.is_reachable = True
    bench.follow()

    assert bench.parts.store.pending.count() == 0
    made = {owned.id for owned in bench.world.intents if owned.kind is Kind.PORT}
    assert {port.id for port in ports} <= made
    assert gone.id not in made


def test_what_the_network_refuses_does_not_hold_up_the_rest(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    refused = bench.port(network)
    bench.world.remove([Owned(Kind.PORT, refused.id), Owned(Kind.NETWORK, network.id)])
    bench.parts.changed(Kind.PORT, [refused.id])

    other = bench.network("other net")

    assert Owned(Kind.NETWORK, other.id) in bench.world.intents
    assert [reason[1] for reason in bench.parts.store.pending.errors()] == [refused.id]
    bench.parts.changed(Kind.NETWORK, [network.id])
    bench.clock.move(5)
    bench.follow()
    assert bench.parts.store.pending.count() == 0


def test_a_wiped_network_is_made_again(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    bench.router(outside, bench.subnet(network))
    port = bench.port(network)
    bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)
    bench.floating_ip(outside, port)
    before = dict(bench.world.intents)

    bench.world.wipe()
    mended = bench.mend()

    assert bench.world.intents == before
    assert mended == len(before)
    assert bench.mend() == 0


def test_what_belongs_to_nothing_is_removed(bench: Bench) -> None:
    network = bench.network()
    port = bench.port(network)
    kept = bench.world.intents[Owned(Kind.PORT, port.id)]
    bench.face.ports.delete(DEMO, port.id)
    bench.world.ensure([kept])

    assert bench.mend() == 1
    assert Owned(Kind.PORT, port.id) not in bench.world.intents


def test_a_port_that_came_up_unheard_is_found_up(bench: Bench) -> None:
    network = bench.network()
    port = bench.port(network)
    bench.world.holds_ports_down = True
    bench.face.ports.bind(INTERNAL, port.id, "server-1", HOST)
    bench.world.close()
    bench.world.set_up(port.id, True)

    bench.mend()

    assert bench.face.ports.get(DEMO, port.id).status == "ACTIVE"
    assert [news.device_id for news in bench.seen] == ["server-1"]


def test_an_mtu_reaches_the_guests(bench: Bench) -> None:
    network = bench.network()
    subnet = bench.subnet(network)
    bench.face.networks.update(DEMO, network.id, NetworkChanges(mtu=1300))
    intent = bench.world.intents[Owned(Kind.SUBNET, subnet.id)]
    assert isinstance(intent, SubnetIntent) and intent.mtu == 1300


def test_everything_deleted_leaves_nothing(bench: Bench) -> None:
    outside = bench.outside()
    before = set(bench.world.intents)
    network = bench.network()
    subnet = bench.subnet(network)
    router = bench.router(outside, subnet)
    port = bench.port(network)
    floating = bench.floating_ip(outside, port)

    bench.face.floating_ips.delete(DEMO, floating.id)
    bench.face.ports.delete(DEMO, port.id)
    bench.face.routers.remove_interface(DEMO, router.id, subnet_id=subnet.id)
    bench.face.routers.delete(DEMO, router.id)
    bench.face.networks.delete(DEMO, network.id)

    left = set(bench.world.intents) - before
    assert {owned.kind for owned in left} == {Kind.SECURITY_GROUP}
    with bench.db.read() as connection:
        orphans = connection.exec_driver_sql(
            "select count(*) from port_addresses where port_id not in (select id from ports)"
        ).scalar()
    assert orphans == 0


def test_an_unreachable_network_is_said_so(bench: Bench) -> None:
    bench.world.is_reachable = False
    with pytest.raises(Unavailable):
        bench.mend()


def test_two_floating_ips_do_not_lead_to_one_address(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    bench.router(outside, bench.subnet(network))
    port = bench.port(network)
    bench.floating_ip(outside, port)
    with pytest.raises(Conflict) as caught:
        bench.floating_ip(outside, port)
    assert caught.value.code == "floating_ip.fixed_ip_taken"


def test_a_project_that_is_gone_leaves_no_groups_quotas_or_loose_addresses(bench: Bench) -> None:
    outside = bench.outside()
    bench.face.quotas.set(ADMIN, "demo", {"network": 7})
    bench.floating_ip(outside)
    port = bench.port(bench.network())
    used = bench.face.security_groups.list(DEMO)
    bench.face.security_groups.create(DEMO, NewSecurityGroup("web"))

    bench.bus.publish(ProjectDeleted("demo"))

    assert bench.face.security_groups.list(ADMIN, Listing(Filter({"project_id": ("demo",)}))) == used
    assert bench.face.floating_ips.list(ADMIN) == []
    assert bench.face.quotas.list(ADMIN) == []
    assert bench.face.ports.get(ADMIN, port.id).security_group_ids == (used[0].id,)
