"""A host is told when a port of one of its guests has other addresses, or is guarded otherwise, while it runs."""

from __future__ import annotations

from haneul.hostapi import NicSpec, Power
from haneul.services.network import Port, PortChanges, WantedIp
from tests.stories.compute.conftest import DEMO, Bench


def card(bench: Bench, server_id: str) -> NicSpec:
    (nic,) = bench.world.find_guest(server_id)[1].spec.nics
    return nic


def port_of(bench: Bench, server_id: str) -> Port:
    return next(port for port in bench.ports() if port.device_id == server_id)


def test_port_security_follows_while_the_guest_runs(bench: Bench) -> None:
    server_id = bench.make("router").server.id
    port = port_of(bench, server_id)
    assert card(bench, server_id).has_port_security

    opened = PortChanges(has_port_security=False, security_group_ids=())
    bench.network.ports.update(DEMO, port.id, opened)
    bench.work()
    assert not card(bench, server_id).has_port_security

    bench.network.ports.update(DEMO, port.id, PortChanges(has_port_security=True))
    bench.work()
    assert card(bench, server_id).has_port_security
    assert bench.world.find_guest(server_id)[1].power is Power.RUNNING


def test_another_address_follows_too(bench: Bench) -> None:
    server_id = bench.make("mover").server.id
    port = port_of(bench, server_id)
    wanted = WantedIp(subnet_id=port.fixed_ips[0].subnet_id)

    moved = bench.network.ports.update(DEMO, port.id, PortChanges(fixed_ips=(wanted, wanted)))
    bench.work()

    assert card(bench, server_id).fixed_ips == moved.addresses and len(moved.addresses) == 2


def test_a_change_of_name_is_no_news(bench: Bench) -> None:
    server_id = bench.make("same").server.id

    bench.network.ports.update(DEMO, port_of(bench, server_id).id, PortChanges(name="another"))

    assert bench.face.parts.runs.current(f"metadata of {server_id}") is None
