"""A guest is told by which address it is known outside, also when that changes while it runs."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.services.network import (
    FloatingIp,
    FloatingIpChanges,
    NewFloatingIp,
    NewNetwork,
    NewRouter,
    NewSubnet,
    WantedGateway,
)
from tests.stories.compute.conftest import ADMIN, DEMO, Bench


def floating_ip(bench: Bench) -> FloatingIp:
    """One that leads nowhere yet; the servers' network has a way outside."""
    network = bench.network
    outside = network.networks.create(ADMIN, NewNetwork("outside", is_external=True))
    network.subnets.create(ADMIN, NewSubnet(outside.id, 4, "203.0.113.0/24", has_dhcp=False))
    router = network.routers.create(DEMO, NewRouter("r", gateway=WantedGateway(outside.id)))
    subnet = next(each for each in network.subnets.list(DEMO) if each.network_id == bench.net.id)
    network.routers.add_interface(DEMO, router.id, subnet_id=subnet.id)
    return network.floating_ips.create(DEMO, NewFloatingIp(outside.id))


def told(bench: Bench, server_id: str) -> str:
    ec2 = bench.world.find_guest(server_id)[1].spec.metadata.ec2
    assert ec2 is not None
    return ec2["public-ipv4"]


def lead(bench: Bench, floating: FloatingIp, server_id: str | None) -> None:
    port_id = next((port.id for port in bench.ports() if port.device_id == server_id), None)
    bench.network.floating_ips.update(DEMO, floating.id, FloatingIpChanges(port_id=port_id))


def test_the_address_comes_goes_and_moves_on(bench: Bench) -> None:
    first, second = bench.make("first").server.id, bench.make("second").server.id
    floating = floating_ip(bench)
    assert told(bench, first) == ""

    lead(bench, floating, first)
    bench.work()
    assert (told(bench, first), told(bench, second)) == (floating.address, "")

    lead(bench, floating, second)
    bench.work()
    assert (told(bench, first), told(bench, second)) == ("", floating.address)

    bench.network.floating_ips.delete(DEMO, floating.id)
    bench.work()
    assert told(bench, second) == ""
    assert bench.world.find_guest(second)[1].power is Power.RUNNING
    assert [run.kind for run in bench.face.actions.list(DEMO, second)] == ["create_server"]


def test_it_waits_for_whoever_works_on_the_server(bench: Bench) -> None:
    server_id = bench.make().server.id
    floating = floating_ip(bench)

    bench.face.servers.stop(DEMO, server_id)
    lead(bench, floating, server_id)
    bench.work()

    assert told(bench, server_id) == floating.address
    assert bench.world.find_guest(server_id)[1].power is Power.STOPPED


def test_a_server_that_goes_takes_its_run_along(bench: Bench) -> None:
    server_id = bench.make().server.id
    floating = floating_ip(bench)

    lead(bench, floating, server_id)
    bench.face.servers.delete(DEMO, server_id)
    bench.work()

    assert bench.runs.unfinished() == [] and bench.leftovers() == []
