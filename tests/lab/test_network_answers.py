"""How soon a new server's port is on its network: plugged, and its address answered for."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.cloud import LabCloud
from tests.lab.frames import Capture, End, arp_request, send
from tests.lab.people import until
from tests.lab.servers import create, delete, until_status

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")
SOON_S = 1.0


def test_a_port_answers_within_a_second_of_its_servers_start(cloud: LabCloud):
    server = create(cloud, "quick")
    port = until(lambda: _port(cloud, server), 30, "the server's port")
    address, mac = port["fixed_ips"][0]["ip_address"], port["mac_address"]
    asker = _metadata_port(cloud, port["network_id"])
    path = f"/proc/{cloud.machine.pid}/root/run/netns/haneul-{port['network_id']}"

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(_first_answer, path, asker, address, mac)
        until_status(cloud, server, "ACTIVE")
        waited_s = answered.result() - _started(cloud, server)

    plugged = cloud.machine.ok(
        f"ovs-vsctl --db=unix:{cloud.machine.state}/ovs/run/db.sock --bare --columns=external_ids "
        f"find Interface external_ids:iface-id={port['id']}"
    )
    assert "ovn-installed=true" in plugged
    card = cloud.machine.ok(f"ip -o link show dev tap{port['id'][:11]}")
    assert "xdp" in card, "nobody keeps the guest from posing as a router"
    assert waited_s < SOON_S, f"{waited_s:.2f} s after the guest's process"
    delete(cloud, [server])


def _port(cloud: LabCloud, server: str) -> dict[str, object] | None:
    found = cloud.demo.ask("GET", f"/network/v2.0/ports?device_id={server}")["ports"]
    return found[0] if found and found[0]["fixed_ips"] else None


def _metadata_port(cloud: LabCloud, network: str) -> End:
    """Who asks: the host's own end of the network, on which the metadata service answers."""
    (own,) = cloud.admin.ask("GET", f"/network/v2.0/ports?network_id={network}&device_owner=network:distributed")[
        "ports"
    ]
    return End(own["mac_address"], own["fixed_ips"][0]["ip_address"])


def _first_answer(path: str, asker: End, address: str, mac: str) -> float:
    """When somebody first says that the address is at that MAC, in seconds since the machine's start."""
    claimed = bytes.fromhex(mac.replace(":", "")) + socket.inet_aton(address)
    with Capture(path) as capture:
        for _ in range(600):
            send(path, arp_request(asker, address))
            if capture.first(lambda seen: seen.kind == 0x0806 and seen.payload[6:18] == b"\0\x02" + claimed, 0.1):
                return time.clock_gettime(time.CLOCK_BOOTTIME)
    raise AssertionError(f"nobody answered for {address}")


def _started(cloud: LabCloud, server: str) -> float:
    """When the guest's process began, in seconds since the machine's start: proc(5), stat, field 22."""
    stat = cloud.machine.ok(f"cat /proc/$(cat state/libvirt/run-libvirt/qemu/haneul-{server}.pid)/stat")
    return int(stat.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
