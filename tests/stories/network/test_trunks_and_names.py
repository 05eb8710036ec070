"""Subports go where their trunk's port goes; names are told to the network that they are in."""

from __future__ import annotations

from haneul.kit.policy import INTERNAL
from haneul.services.network import (
    HostBinding,
    Kind,
    NetworkChanges,
    NewTrunk,
    Owned,
    Port,
    PortIntent,
    WantedSubPort,
)
from tests.stories.network.conftest import DEMO, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def carried(bench: Bench) -> tuple[Port, Port, str]:
    network = bench.network()
    bench.subnet(network)
    parent, sub = bench.port(network), bench.port(network)
    trunk = bench.face.trunks.create(DEMO, NewTrunk(parent.id, sub_ports=(WantedSubPort(sub.id, "vlan", 5),)))
    return parent, sub, trunk.id


def intent_of(bench: Bench, port: Port) -> PortIntent:
    intent = bench.world.intents[Owned(Kind.PORT, port.id)]
    assert isinstance(intent, PortIntent)
    return intent


def test_a_subport_is_up_where_its_trunk_is(bench: Bench) -> None:
    parent, sub, trunk_id = carried(bench)
    assert (intent_of(bench, sub).parent_port_id, intent_of(bench, sub).tag) == (parent.id, 5)
    assert bench.face.ports.get(DEMO, sub.id).status == "DOWN"

    bench.face.ports.bind(INTERNAL, parent.id, "server-1", HOST)

    assert bench.face.ports.get(DEMO, sub.id).status == "ACTIVE"
    assert bench.face.trunks.get(DEMO, trunk_id).status == "ACTIVE"
    assert bench.mend() == 0


def test_a_server_that_goes_takes_its_trunk_and_frees_the_subports(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    parent = bench.port(network, goes_with_device=True)
    sub = bench.port(network)
    bench.face.trunks.create(DEMO, NewTrunk(parent.id, sub_ports=(WantedSubPort(sub.id, "vlan", 5),)))
    bench.face.ports.bind(INTERNAL, parent.id, "server-1", HOST)

    bench.face.ports.remove_for_server("server-1")

    assert bench.face.trunks.list(DEMO) == []
    assert bench.face.ports.get(DEMO, sub.id).device_owner == ""
    assert intent_of(bench, sub).parent_port_id == ""
    assert bench.world.leftovers() == []


def test_a_new_domain_reaches_every_name_of_the_network(bench: Bench) -> None:
    network = bench.network(dns_domain="one.example.")
    bench.subnet(network)
    port, silent = bench.port(network, dns_name="Web"), bench.port(network)
    assert intent_of(bench, port).names == ("web", "web.one.example")
    assert intent_of(bench, silent).names == ()

    bench.face.networks.update(DEMO, network.id, NetworkChanges(dns_domain="two.example."))

    assert intent_of(bench, port).names == ("web", "web.two.example")
    assert bench.mend() == 0
