"""What guests are told by the agent of their host, over real HTTP; they are known by network and address."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.agent.metadata.http import MAX_CONNECTIONS
from haneul.agent.metadata.service import Metadata
from haneul.hostapi import GuestMetadata, GuestSpec, MetadataPort, NicSpec
from tests.drivers.compute.agents import AgentBench
from tests.drivers.compute.bench import until
from tests.drivers.compute.specs import SERVER, disk_spec, guest_spec

PORT = MetadataPort("md-port", "net-1", "fa:16:3e:00:00:02", ("10.0.0.2/24",))
EC2 = {
    "instance-id": "i-00000001",
    "local-ipv4": "127.0.0.1",
    "placement/availability-zone": "nova",
    "public-keys/0/openssh-key": "ssh-ed25519 AAAA",
}


def told_guest(address: str = "127.0.0.1") -> GuestSpec:
    nic = NicSpec("port-1", "fa:16:3e:00:00:01", 1442, "net-1", (address,), PORT)
    told = GuestMetadata(
        json.dumps({"uuid": SERVER}), '{"links": []}', b"#!/bin/sh\n", ec2=EC2, content=(b"one", b"two")
    )
    return replace(guest_spec(), nics=(nic,), metadata=told)


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[AgentBench]:
    bench = AgentBench(tmp_path)
    bench.hosts.ensure_disk(bench.host_id, disk_spec())
    bench.hosts.ensure_guest(bench.host_id, told_guest())
    yield bench
    bench.close()


def ask(bench: AgentBench, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(*address(bench), timeout=5)
    connection.request(method, path, body)
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def address(bench: AgentBench) -> tuple[str, int]:
    metadata = bench.thread.agent.parts.metadata
    assert isinstance(metadata, Metadata)
    return until(bench, lambda: metadata.address("net-1"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/openstack/latest/meta_data.json", f'{{"uuid": "{SERVER}"}}'),
        ("/openstack/2012-08-10/meta_data.json", f'{{"uuid": "{SERVER}"}}'),
        ("/openstack/2018-08-27/network_data.json", '{"links": []}'),
        ("/openstack/latest/vendor_data.json", "{}"),
        ("/openstack/latest/user_data", "#!/bin/sh\n"),
        ("/latest/user-data", "#!/bin/sh\n"),
        ("/openstack/content/0001", "two"),
        ("/latest/meta-data/local-ipv4", "127.0.0.1"),
        ("/2009-04-04/meta-data/instance-id", "i-00000001"),
        ("/latest/meta-data/placement/availability-zone", "nova"),
        ("/latest/meta-data/public-keys/", "0=key"),
        ("/latest/meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA"),
        ("/latest/meta-data/", "instance-id\nlocal-ipv4\nplacement/\npublic-keys/"),
        ("//openstack//latest/meta_data.json?x=1", f'{{"uuid": "{SERVER}"}}'),
    ],
)
def test_a_guest_is_told(agents: AgentBench, path: str, expected: str) -> None:
    assert ask(agents, path) == (200, expected)


@pytest.mark.parametrize(
    "path",
    [
        "/openstack/content/0002",
        "/openstack/content",
        "/openstack/latest/nothing",
        "/openstack/1999-01-01/",
        "/latest/meta-data/x/",
        "/x",
    ],
)
def test_what_is_not_there_is_not_found(agents: AgentBench, path: str) -> None:
    assert ask(agents, path)[0] == 404


def test_the_folders_list_what_is_in_them(agents: AgentBench) -> None:
    assert "openstack" in ask(agents, "/")[1].splitlines()
    assert "latest" in ask(agents, "/openstack")[1].splitlines()
    assert "meta_data.json" in ask(agents, "/openstack/latest/")[1].splitlines()


def test_the_address_outside_follows_while_the_guest_runs(agents: AgentBench) -> None:
    path = "/latest/meta-data/public-ipv4"
    told = told_guest().metadata
    before = ask(agents, path)

    agents.hosts.tell_guest(agents.host_id, SERVER, replace(told, ec2={"public-ipv4": "203.0.113.7"}))

    assert before != (200, "203.0.113.7") and ask(agents, path) == (200, "203.0.113.7")


def test_a_stranger_is_told_nothing(agents: AgentBench) -> None:
    agents.hosts.ensure_guest(agents.host_id, told_guest("10.9.9.9"))

    assert ask(agents, "/openstack/latest/meta_data.json")[0] == 404


def test_answers_go_on_while_the_control_plane_is_away(agents: AgentBench) -> None:
    where = address(agents)
    agents.hosts.stop()

    connection = http.client.HTTPConnection(*where, timeout=5)
    connection.request("GET", "/openstack/latest/meta_data.json")

    assert connection.getresponse().status == 200


def test_a_restarted_agent_answers_again(agents: AgentBench) -> None:
    address(agents)

    agents.restart_agent()

    assert ask(agents, "/openstack/latest/meta_data.json")[0] == 200


def test_a_password_is_posted_once_and_can_be_read(agents: AgentBench) -> None:
    path = "/openstack/2013-10-17/password"

    assert ask(agents, path, "POST", b"c2VjcmV0")[0] == 200
    assert ask(agents, path, "POST", b"b3RoZXI=")[0] == 409
    assert ask(agents, path) == (200, "c2VjcmV0")
    assert agents.hosts.read_password(agents.host_id, SERVER) == "c2VjcmV0"


def test_a_password_that_is_too_long_is_refused(agents: AgentBench) -> None:
    assert ask(agents, "/openstack/latest/password", "POST", b"x" * 1021)[0] == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_nothing_else_can_be_written(agents: AgentBench, method: str) -> None:
    assert ask(agents, "/openstack/latest/meta_data.json", method, b"")[0] == 405


def test_several_questions_fit_into_one_connection(agents: AgentBench) -> None:
    connection = http.client.HTTPConnection(*address(agents), timeout=5)

    statuses = []
    for _ in range(3):
        connection.request("GET", "/latest/meta-data/instance-id")
        reply = connection.getresponse()
        reply.read()
        statuses.append(reply.status)

    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00garbage\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 40000])
def test_garbage_is_refused_and_hurts_nobody(agents: AgentBench, garbage: bytes) -> None:
    with socket.create_connection(address(agents), timeout=5) as connection:
        connection.sendall(garbage)
        assert connection.recv(100).startswith(b"HTTP/1.1 4")

    assert ask(agents, "/latest/meta-data/instance-id")[0] == 200


def test_one_network_cannot_use_up_all_connections(agents: AgentBench) -> None:
    where = address(agents)
    held = [socket.create_connection(where, timeout=5) for _ in range(MAX_CONNECTIONS + 10)]
    try:
        refused = [connection for connection in held[MAX_CONNECTIONS:] if is_hung_up(connection)]
        assert len(refused) == 10
    finally:
        for connection in held:
            connection.close()

    until(agents, lambda: answers(agents))


def is_hung_up(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def answers(bench: AgentBench) -> bool:
    try:
        return ask(bench, "/latest/meta-data/instance-id")[0] == 200
    except OSError:
        return False
