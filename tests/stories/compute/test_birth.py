"""docs/how-a-server-is-born.md is true: a request is followed from its route to the hypervisor."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from starlette.testclient import TestClient

from haneul import main
from haneul.agent.enrol import Identity, join
from haneul.agent.settings import AgentSettings
from haneul.dialects.openstack.compute.routes import ROUTES
from haneul.drivers.compute.agents import AgentHosts, ListenerSettings
from haneul.drivers.identity.fake import FakeIssuers
from haneul.drivers.image.directory import DirectoryStore
from haneul.drivers.image.fake import FakeFetcher
from haneul.drivers.image.inspection import FormatInspector
from haneul.drivers.network.fake import FakeNetworks
from haneul.drivers.volume.agents import AgentVolumes
from haneul.drivers.volume.fake_backups import FakeBackups
from haneul.hostapi import parse_join_token
from haneul.kit.clock import SystemClock
from haneul.kit.policy import INTERNAL
from haneul.kit.x509 import make_authority
from haneul.services.image import NamedStore, Stores
from haneul.settings import Settings
from tests.drivers.compute.agents import AgentThread

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-a-server-is-born.md"
PASSWORD = "a password of the tests"


def hops() -> list[tuple[str, str]]:
    """The page's table: (file or folder below src/haneul, function or nothing), hop 2 to 8."""
    rows = re.findall(r"^\| [2-8] \| `([^`]+)`(?: `(\w+)`)? \|", PAGE.read_text(), re.MULTILINE)
    assert len(rows) == 7
    return [(place.removesuffix("libvirt/"), function) for place, function in rows]


def test_the_first_hop_is_a_row_of_the_routes() -> None:
    rows = [route for route in ROUTES if (route.method, route.path) == ("POST", "/v2.1/servers")]
    assert [row.name for row in rows] == ["create_server"]


def test_the_steps_are_those_of_the_workflow() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    source = (ROOT / "src/haneul/services/compute/workflows/create_server.py").read_text()
    assert told == re.findall(r"run\.(?:step|wait)\((\w+)", source)


def test_a_server_is_born_in_eight_hops(tmp_path: Path) -> None:
    wanted = hops()
    with watching() as seen, Cloud(tmp_path) as cloud:
        server_id = cloud.create_server()
        cloud.work_until(lambda: cloud.status(server_id) == "ACTIVE")

    left = iter(seen)
    for place, function in wanted:
        is_there = any(f"/haneul/{place}" in file and function in ("", name) for file, name in left)
        assert is_there, f"{place} {function} was not called after the hop before it: correct {PAGE.name}"


@contextmanager
def watching() -> Iterator[list[tuple[str, str]]]:
    """What is called meanwhile in files that the page names, on any thread begun meanwhile."""
    seen: list[tuple[str, str]] = []
    places = tuple(f"/haneul/{place}" for place, _ in hops())

    def note(frame: FrameType, event: str, _arg: Any) -> None:
        file = frame.f_code.co_filename
        if event == "call" and any(place in file for place in places):
            seen.append((file, frame.f_code.co_name))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        seen[:] = [each for each in seen if each[1] != "<module>"]


class Cloud:
    """A control plane with one host, whose agent is real and whose machine is pretended."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        listener = ListenerSettings("127.0.0.1", 0, make_authority("test", clock.now()))
        self.hosts = AgentHosts(listener, clock)
        world = main.World(
            hosts=self.hosts,
            networks=FakeNetworks(),
            stores=Stores([NamedStore("local", DirectoryStore(folder / "images"))], "local"),
            inspector=FormatInspector(),
            fetcher=FakeFetcher(),
            issuers=FakeIssuers(clock),
            volumes=AgentVolumes(self.hosts, clock),
            backups=FakeBackups(),
        )
        (folder / "keys").mkdir()
        (folder / "keys" / main.ADMIN_PASSWORD).write_text(PASSWORD)
        settings = Settings(state=folder, public_url="http://cloud.test", network_driver="fake")
        self.plane = main.assemble(main.lay_ground(settings, clock), world, threads=0)
        self.plane.bootstrap()
        self.plane.listen()
        app = main.app.build(self.plane.cloud, main.APIS)
        self.http = TestClient(app, base_url="http://cloud.test")
        self.agent = self._join(folder / "agent")

    def _join(self, folder: Path) -> AgentThread:
        address = f"127.0.0.1:{self.hosts.port}"
        grant = self.plane.cloud.compute.hosts.allow_join(
            INTERNAL, lambda secret: self.hosts.join_token(address, secret).text()
        )
        settings = AgentSettings(folder, address, hypervisor="fake", disk="fake", nic="fake")
        told = parse_join_token(grant.token)
        asyncio.run(join(told, Identity(settings.folder / "identity"), "host"))
        return AgentThread(settings)

    def __enter__(self) -> Cloud:
        self.http.__enter__()
        self.work_until(lambda: len(self.hosts.connected()) == 1)
        self.plane.upkeep.run_once("compute.hosts")
        self.token = self._sign_in()
        return self

    def __exit__(self, *_error: object) -> None:
        self.agent.stop()
        self.http.__exit__(None, None, None)
        self.hosts.stop()

    def _sign_in(self) -> str:
        domain = {"id": "default"}
        who = {"password": {"user": {"name": "admin", "domain": domain, "password": PASSWORD}}}
        scope = {"project": {"name": "admin", "domain": domain}}
        body = {"auth": {"identity": {"methods": ["password"], **who}, "scope": scope}}
        return str(self.http.post("/identity/v3/auth/tokens", json=body).headers["x-subject-token"])

    def ask(self, method: str, path: str, **content: Any) -> Any:
        headers = {"x-auth-token": self.token} | content.pop("headers", {})
        answer = self.http.request(method, path, headers=headers, **content)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def create_server(self) -> str:
        flavor = {"flavor": {"name": "small", "vcpus": 1, "ram": 64, "disk": 1}}
        image = {"name": "tiny", "disk_format": "raw", "container_format": "bare"}
        flavor_id = self.ask("POST", "/compute/v2.1/flavors", json=flavor)["flavor"]["id"]
        image_id = self.ask("POST", "/image/v2/images", json=image)["id"]
        octets = {"content-type": "application/octet-stream"}
        self.ask("PUT", f"/image/v2/images/{image_id}/file", content=bytes(65536), headers=octets)
        body = {"name": "web", "flavorRef": flavor_id, "imageRef": image_id, "networks": []}
        made = self.ask("POST", "/compute/v2.1/servers", json={"server": body})
        return str(made["server"]["id"])

    def status(self, server_id: str) -> str:
        return str(self.ask("GET", f"/compute/v2.1/servers/{server_id}")["server"]["status"])

    def work_until(self, is_so: Any, within_s: float = 60.0) -> None:
        end = time.monotonic() + within_s
        while not is_so():
            assert time.monotonic() < end, "it takes too long"
            if not self.plane.engine.run_due():
                time.sleep(0.05)


@pytest.fixture(autouse=True)
def no_profile_is_left() -> Iterator[None]:
    yield
    assert sys.getprofile() is None
