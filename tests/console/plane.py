"""A control plane with fake hosts in a process of its own, as browsers meet it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from haneul.cli.bench.copies import Copying, copy_row
from haneul.cli.machine.waiting import wait_until
from haneul.kit.ids import new_uuid

PASSWORD = secrets.token_urlsafe(12)
_START_S = 90.0
_DOMAIN = {"id": "default"}


class Plane:
    def __init__(self, state: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._state = state
        self.url = f"http://127.0.0.1:{self._port}"
        (state / "keys").mkdir(mode=0o700)
        (state / "keys" / "admin-password").write_text(PASSWORD)

    def start(self) -> None:
        """Returns once it is ready."""
        settings = {
            "HANEUL_PORT": str(self._port),
            "HANEUL_METRICS_PORT": "0",
            "HANEUL_NETWORK_DRIVER": "fake",
            "HANEUL_COMPUTE_DRIVER": "fake",
            "HANEUL_FAKE_HOSTS": "2",
            "HANEUL_LOG_LEVEL": "error",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        argv = [sys.executable, "-m", "haneul", "serve", "--state", str(self._state)]
        self._process = subprocess.Popen(argv, env=os.environ | settings)
        wait_until(self._is_ready, _START_S, "the control plane to become ready")

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, "the control plane has ended; what it said stands above"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self, within_s: float = 20) -> None:
        """As the operator would; fails if it takes too long."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(within_s)
        finally:
            if self._process.poll() is None:
                self.kill()

    def furnish(self) -> None:
        """Somebody named demo with a project, two flavors, an image and a network."""
        admin = self._token("admin", "admin")
        project = self.ask(admin, "POST", "/identity/v3/projects", {"project": {"name": "demo"}})["project"]["id"]
        person = {"user": {"name": "demo", "password": PASSWORD}}
        user = self.ask(admin, "POST", "/identity/v3/users", person)["user"]["id"]
        role = self.ask(admin, "GET", "/identity/v3/roles?name=member")["roles"][0]["id"]
        self.ask(admin, "PUT", f"/identity/v3/projects/{project}/users/{user}/roles/{role}")
        for name, vcpus in (("small", 1), ("huge", 64)):
            flavor = {"name": name, "vcpus": vcpus, "ram": 512, "disk": 1}
            self.ask(admin, "POST", "/compute/v2.1/flavors", {"flavor": flavor})
        image = {"name": "tiny", "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        made = self.ask(admin, "POST", "/image/v2/images", image)["id"]
        self.ask(admin, "PUT", f"/image/v2/images/{made}/file", bytes(65536))
        demo = self._token("demo", "demo")
        network = self.ask(demo, "POST", "/network/v2.0/networks", {"network": {"name": "inside"}})["network"]["id"]
        subnet = {"network_id": network, "cidr": "10.7.0.0/24", "ip_version": 4}
        self.ask(demo, "POST", "/network/v2.0/subnets", {"subnet": subnet})

    def multiply_server(self, count: int) -> str:
        """So many copies of one on no host, written into the database while the plane is down; the name of one."""
        demo = self._token("demo", "demo")
        flavors = self.ask(demo, "GET", "/compute/v2.1/flavors")["flavors"]
        server = {
            "name": "one-of-many",
            "flavorRef": next(each["id"] for each in flavors if each["name"] == "small"),
            "imageRef": self.ask(demo, "GET", "/image/v2/images")["images"][0]["id"],
            "networks": "none",
        }
        made = self.ask(demo, "POST", "/compute/v2.1/servers", {"server": server})["server"]["id"]
        self._wait_for(demo, made, "ACTIVE")
        self.ask(demo, "POST", f"/compute/v2.1/servers/{made}/action", {"shelve": None})
        self._wait_for(demo, made, "SHELVED_OFFLOADED")
        self.stop()
        with closing(sqlite3.connect(self._state / "haneul.db")) as database, database:
            *_, last = copy_row(database, Copying("servers", new_uuid, _own_number), made, count)
        self.start()
        return f"copy-{last}"

    def _wait_for(self, token: str, server: str, state: str) -> None:
        def is_there() -> bool:
            return self.ask(token, "GET", f"/compute/v2.1/servers/{server}")["server"]["status"] == state

        wait_until(is_there, _START_S, f"the server to be {state}")

    def _token(self, user: str, project: str) -> str:
        who = {"name": user, "domain": _DOMAIN, "password": PASSWORD}
        identity = {"methods": ["password"], "password": {"user": who}}
        scope = {"project": {"name": project, "domain": _DOMAIN}}
        body = json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()
        request = urllib.request.Request(f"{self.url}/identity/v3/auth/tokens", body, _JSON)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.headers["x-subject-token"])

    def ask(self, token: str, method: str, path: str, body: Any = None) -> Any:
        kind = {"content-type": "application/octet-stream"} if isinstance(body, bytes) else _JSON
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {"x-auth-token": token, "openstack-api-version": "compute latest"} | kind
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:300]}") from error


_JSON = {"content-type": "application/json"}


def _own_number(number: int) -> dict[str, object]:
    """Beyond those that the plane has given."""
    return {"number": 1000 + number}
