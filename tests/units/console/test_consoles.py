"""The consoles' pages and sockets, as a browser meets them."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from haneul.console.consoles import STATIC
from tests.clouds import OpenCloud

VENDOR = STATIC / "vendor"


@pytest.fixture
def server(cloud: OpenCloud) -> str:
    names = cloud.names
    body = {"name": "web", "flavorRef": names["small"], "imageRef": names["tiny"], "networks": "none"}
    made: str = cloud.ask("POST", "/compute/v2.1/servers", {"server": body})["server"]["id"]
    cloud.work()
    return made


def _address(cloud: OpenCloud, server: str, protocol: str, kind: str) -> str:
    asked = {"remote_console": {"protocol": protocol, "type": kind}}
    url: str = cloud.ask("POST", f"/compute/v2.1/servers/{server}/remote-consoles", asked)["remote_console"]["url"]
    return url


def _socket_of(url: str) -> str:
    """As noVNC and Tempest find it."""
    return "/" + parse_qs(urlsplit(url).query)["path"][0]


def test_the_screen_has_a_page_and_a_socket_that_speaks_rfb(cloud: OpenCloud, server: str) -> None:
    url = _address(cloud, server, "vnc", "novnc")

    page = cloud.http.get(url)
    assert page.status_code == 200
    assert "noVNC" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    with cloud.http.websocket_connect(_socket_of(url), subprotocols=["binary"]) as screen:
        assert screen.accepted_subprotocol == "binary"
        assert screen.receive_bytes() == b"RFB 003.008\n"
        screen.send_bytes(b"RFB 003.008\n")
        assert screen.receive_bytes() == b"\x01\x01"
        screen.send_bytes(b"\x01")
        assert screen.receive_bytes() == bytes(4)
        screen.send_bytes(b"\x01")
        opening = screen.receive_bytes()
        assert opening.endswith(b"Fake (web)")
        screen.send_bytes(bytes([2, 0, 0, 1, 0, 0, 0, 0]) + bytes([3, 0, 0, 0, 0, 0, 0, 64, 0, 48]))
        assert len(screen.receive_bytes()) == 4 + 12 + 64 * 48 * 4


def test_the_serial_line_takes_what_is_typed(cloud: OpenCloud, server: str) -> None:
    url = _address(cloud, server, "serial", "serial")

    assert url.startswith("ws://")
    parts = urlsplit(url)
    assert "Serial console" in cloud.http.get(parts.path).text
    with cloud.http.websocket_connect(f"{parts.path}?{parts.query}") as line:
        assert line.receive_bytes() == b"\r\nweb login: "
        line.send_text("root")
        assert line.receive_bytes() == b"root"


def test_a_token_may_come_as_a_cookie(cloud: OpenCloud, server: str) -> None:
    token = parse_qs(urlsplit(_address(cloud, server, "serial", "serial")).query)["token"][0]

    with cloud.http.websocket_connect("/websockify", headers={"cookie": f"token={token}"}) as line:
        assert line.receive_bytes() == b"\r\nweb login: "


@pytest.mark.parametrize("spoil", [lambda path: path.replace("token=", "token=bad"), lambda path: path.split("?")[0]])
def test_a_wrong_token_opens_nothing(cloud: OpenCloud, server: str, spoil: object) -> None:
    path = _socket_of(_address(cloud, server, "vnc", "novnc"))
    assert callable(spoil)

    with pytest.raises(WebSocketDisconnect), cloud.http.websocket_connect(spoil(path)):
        pass


def test_a_used_token_opens_nothing(cloud: OpenCloud, server: str) -> None:
    path = _socket_of(_address(cloud, server, "vnc", "novnc"))
    with cloud.http.websocket_connect(path) as screen:
        screen.receive_bytes()

    with pytest.raises(WebSocketDisconnect), cloud.http.websocket_connect(path):
        pass


def test_another_sites_page_opens_nothing_and_uses_nothing_up(cloud: OpenCloud, server: str) -> None:
    path = _socket_of(_address(cloud, server, "vnc", "novnc"))

    with pytest.raises(WebSocketDisconnect):
        cloud.http.websocket_connect(path, headers={"origin": "http://evil.example"}).__enter__()
    with cloud.http.websocket_connect(path, headers={"origin": "http://cloud.test", "host": "cloud.test"}) as screen:
        assert screen.receive_bytes()


def test_a_console_ends_with_its_server(cloud: OpenCloud, server: str) -> None:
    with cloud.http.websocket_connect(_socket_of(_address(cloud, server, "vnc", "novnc"))) as screen:
        screen.receive_bytes()
        cloud.ask("DELETE", f"/compute/v2.1/servers/{server}")
        cloud.work()

        with pytest.raises(WebSocketDisconnect):
            screen.receive_bytes()


def test_every_file_that_a_page_needs_is_served(cloud: OpenCloud) -> None:
    http: TestClient = cloud.http
    for name in ("vnc.js", "serial.js", "consoles.css", "vendor/novnc/core/rfb.js", "vendor/xterm/xterm.mjs"):
        answer = http.get(f"/consoles/static/{name}")
        assert answer.status_code == 200, name
        assert not name.endswith(("js", "mjs")) or "javascript" in answer.headers["content-type"], name


def test_what_is_vendored_is_what_was_published() -> None:
    """`vendored.json` names each package with its version and the SHA-256 of every file taken from it."""
    known = {name: digest for package in _vendored() for name, digest in package["files"].items()}
    here = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "vendored.json"
    }
    assert here == known


def test_what_is_vendored_says_from_where() -> None:
    for package in _vendored():
        assert package["package"]
        assert package["licence"]
        assert package["version"]
        assert len(package["tarball_sha256"]) == 64


def _vendored() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((VENDOR / "vendored.json").read_text())
    return found
