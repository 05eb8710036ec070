"""What a QoS policy says is what iperf3 measures, on Open vSwitch in user space; and the marks are on the wire."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from haneul.agent.metadata.namespaces import inside
from haneul.services.network import (
    FloatingIpChanges,
    NetworkChanges,
    NewQosPolicy,
    NewRule,
    PortChanges,
    QosRuleWish,
)
from tests.lab.stations import Station
from tests.lab.wired_host import OUTSIDE, WiredHost, until, wired_host
from tests.stories.network.conftest import ADMIN, DEMO, Bench

LIMIT_KBPS = 20_000
LEAST, MOST = 0.7, 1.25
"""Of the limit: what is measured on a busy machine, where a meter lets a second's burst pass at once."""
_SECONDS = 5


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


@pytest.fixture
def policy_id(bench: Bench) -> str:
    """Limits either way; another for every test, since one that is used stays."""
    policies = bench.face.qos_policies
    policy = policies.create(ADMIN, NewQosPolicy("slow", is_shared=True))
    for direction in ("egress", "ingress"):
        wish = QosRuleWish(max_kbps=LIMIT_KBPS, direction=direction)
        policies.create_rule(ADMIN, policy.id, "bandwidth_limit", wish)
    return policy.id


@pytest.fixture(scope="module")
def pair(host: WiredHost, bench: Bench) -> tuple[Station, Station]:
    network = bench.network("measured")
    bench.subnet(network, "10.1.0.0/24")
    return host.guest(bench.port(network)), host.guest(bench.port(network))


def test_both_directions_are_held_to_the_limit(host: WiredHost, bench: Bench, pair, policy_id: str):
    guest, other = pair
    port = port_of(bench, guest)
    free_out, free_in = measured(host, guest, other), measured(host, other, guest)
    assert min(free_out, free_in) > 2 * LIMIT_KBPS, "this machine is too slow to tell a limit"

    bench.face.ports.update(DEMO, port, PortChanges(qos_policy_id=policy_id))
    until(lambda: measured(host, guest, other, 1) < free_out / 2, 10, "the limit to be felt")
    assert LEAST < measured(host, guest, other) / LIMIT_KBPS < MOST
    assert LEAST < measured(host, other, guest) / LIMIT_KBPS < MOST

    bench.face.ports.update(DEMO, port, PortChanges(qos_policy_id=None))
    until(lambda: measured(host, guest, other, 1) > 2 * LIMIT_KBPS, 15, "the limit to be gone")


def test_a_networks_policy_is_about_each_of_its_ports_and_changes_under_way(
    host: WiredHost, bench: Bench, pair, policy_id: str
):
    guest, other = pair
    network_id = bench.face.ports.get(DEMO, port_of(bench, guest)).network_id
    bench.face.networks.update(DEMO, network_id, NetworkChanges(qos_policy_id=policy_id))
    until(lambda: measured(host, guest, other, 1) < 2 * LIMIT_KBPS, 15, "the limit to be felt")
    assert LEAST < measured(host, guest, other) / LIMIT_KBPS < MOST

    policies = bench.face.qos_policies
    for rule in policies.get(ADMIN, policy_id).rules:
        wish = QosRuleWish(max_kbps=LIMIT_KBPS // 4)
        policies.update_rule(ADMIN, policy_id, "bandwidth_limit", rule.id, wish)
    until(lambda: measured(host, guest, other, 2) < LIMIT_KBPS / 2, 15, "the lower limit to be felt")
    assert LEAST < measured(host, guest, other) / (LIMIT_KBPS // 4) < MOST + 0.15

    bench.face.networks.update(DEMO, network_id, NetworkChanges(qos_policy_id=None))


def test_a_floating_ip_is_held_to_its_own_limit(host: WiredHost, bench: Bench, policy_id: str):
    outside = bench.outside()
    network = bench.network("behind")
    subnet = bench.subnet(network, "10.3.0.0/24")
    bench.router(outside, subnet)
    port = bench.port(network)
    guest = host.guest(port)
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(group_id, "ingress", protocol="tcp"))
    floating = bench.floating_ip(outside, port)
    guest.serve(8000)
    until(lambda: host.root.asks(floating.address, 8000, 1.0) == OUTSIDE, 10, "the floating IP")
    free = measured(host, host.root, guest, address=floating.address)
    assert free > 2 * LIMIT_KBPS, "this machine is too slow to tell a limit"

    bench.face.floating_ips.update(DEMO, floating.id, FloatingIpChanges(qos_policy_id=policy_id))
    until(lambda: measured(host, host.root, guest, 1, floating.address) < free / 2, 15, "the limit to be felt")

    assert LEAST < measured(host, host.root, guest, address=floating.address) / LIMIT_KBPS < MOST
    assert LEAST < measured(host, guest, host.root, address=OUTSIDE) / LIMIT_KBPS < MOST


def test_packets_bear_the_mark(host: WiredHost, bench: Bench, pair):
    guest, other = pair
    address = address_of(bench, other)
    assert seen_mark(guest, other, address) == 0

    policies = bench.face.qos_policies
    policy = policies.create(ADMIN, NewQosPolicy("marked", is_shared=True))
    policies.create_rule(ADMIN, policy.id, "dscp_marking", QosRuleWish(dscp_mark=46))
    bench.face.ports.update(DEMO, port_of(bench, guest), PortChanges(qos_policy_id=policy.id))

    until(lambda: seen_mark(guest, other, address) == 46, 10, "the mark")
    assert seen_mark(other, guest, address_of(bench, guest)) == 0
    bench.face.ports.update(DEMO, port_of(bench, guest), PortChanges(qos_policy_id=None))


def measured(host: WiredHost, sender: Station, receiver: Station, seconds: int = _SECONDS, address: str = "") -> float:
    """Kilobits a second that arrive over one TCP connection, by iperf3's receiver."""
    to = address or address_of(host.bench, receiver)
    host.machine.ok(f"{_in(receiver)} iperf3 --server --daemon --one-off --port 5201")
    patience = f"for i in $(seq 100); do {_in(receiver)} ss -Hltn sport = 5201 | grep -q . && break; sleep 0.05; done"
    client = f"{_in(sender)} iperf3 --json --client {to} --port 5201 --time {seconds} --omit 1"
    said = json.loads(host.machine.ok(f"{patience}; {client}", timeout_s=60))
    return float(said["end"]["sum_received"]["bits_per_second"]) / 1000


def _in(station: Station) -> str:
    return f"ip netns exec {station.path.rpartition('/')[2]}" if station.mac else ""


def seen_mark(sender: Station, receiver: Station, address: str) -> int:
    """The DSCP with which a datagram arrives."""

    def listen() -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        sock.bind(("0.0.0.0", 0))
        sock.settimeout(0.5)
        return sock

    def tell(port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"how am I marked?", (address, port))

    with inside(receiver.path, listen) as sock:
        for _ in range(20):
            inside(sender.path, lambda: tell(sock.getsockname()[1]))
            try:
                _, ancillary, _, _ = sock.recvmsg(100, 100)
            except TimeoutError:
                continue
            return next(data[0] >> 2 for level, kind, data in ancillary if (level, kind) == (0, socket.IP_TOS))
    raise AssertionError(f"no datagram reaches {address}")


def port_of(bench: Bench, station: Station) -> str:
    return next(port.id for port in bench.face.ports.list(ADMIN) if port.mac_address == station.mac)


def address_of(bench: Bench, station: Station) -> str:
    return next(port.addresses[0] for port in bench.face.ports.list(ADMIN) if port.mac_address == station.mac)
