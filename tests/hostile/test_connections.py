"""Bytes that are hardly HTTP, to a server that listens: it answers others afterwards, and nothing has changed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from haneul import main
from tests.clouds import OpenCloud
from tests.hostile.watched import WatchedState

_PROJECTS = (
    b"POST /identity/v3/projects HTTP/1.1\r\nHost: x\r\nX-Auth-Token: TOKEN\r\nContent-Type: application/json\r\n"
)
_UPLOAD = b"PUT /image/v2/images/IMAGE/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: TOKEN\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_LIST = b"GET /identity/v3/projects HTTP/1.1\r\nHost: x\r\nX-Auth-Token: TOKEN\r\n"
CONVERSATIONS = {
    "a body cut off": _PROJECTS + b'Content-Length: 500\r\n\r\n{"project": {"name": "half"',
    "chunks cut off": _PROJECTS + _CHUNKED + b'1c\r\n{"project": {"name": "half"}}',
    "chunks of a nonsense size": _PROJECTS + _CHUNKED + b'zz\r\n{"project": {"name": "x"}}\r\n0\r\n\r\n',
    "chunks of a negative size": _PROJECTS + _CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk of a giant size": _PROJECTS + _CHUNKED + b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "two lengths": _PROJECTS + b"Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}",
    "a negative length": _PROJECTS + b"Content-Length: -1\r\n\r\n{}",
    "a length and chunks": _PROJECTS + b"Content-Length: 2\r\n" + _CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
    "an image cut off": _UPLOAD + b"Content-Length: 9000000\r\n\r\n" + b"x" * 70_000,
    "an image whose chunks are cut off": _UPLOAD + _CHUNKED + b"10000\r\n" + b"x" * 70_000,
    "a path that is no ASCII": b"GET /identity/v3/\xff\xfe/\xe9 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path with a NUL": b"GET /identity/v3/pro\x00jects HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of 200 KB": b"GET /identity/v3/" + b"p" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a query that is no ASCII": _LIST.replace(b"projects ", b"projects?name=\xff\x00 ") + b"\r\n",
    "a header of 300 KB": _LIST + b"X-Big: " + b"h" * 300_000 + b"\r\n\r\n",
    "10,000 headers": _LIST + b"X-Many: h\r\n" * 10_000 + b"\r\n",
    "a header with a NUL": _LIST + b"X-Nul: a\x00b\r\n\r\n",
    "a header that is no ASCII": _LIST + b"OpenStack-API-Version: \xff\xfe \xc3\x28\r\n\r\n",
    "a version of HTTP that is not": b"GET / HTTP/9.9\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "a proxy's request": b"GET http://evil.example/identity/v3/projects HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": _LIST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "two requests, the first unfinished": _PROJECTS + b"Content-Length: 40\r\n\r\n{}" + _LIST + b"\r\n",
    "nothing": b"",
}


@contextmanager
def _listening(cloud: OpenCloud) -> Iterator[int]:
    """The port at which the cloud is served as `haneul serve` does."""
    app = main.app.build(cloud.plane.cloud, main.APIS)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http="httptools", log_config=None, access_log=False, server_header=False)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(20)


def _say(port: int, said: bytes) -> bytes:
    """What comes back until the other side closes or, our half being closed, has nothing to add."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""


@pytest.mark.parametrize("case", CONVERSATIONS)
def test_broken_http_breaks_nothing(cloud: OpenCloud, case: str) -> None:
    image = cloud.ask("POST", "/image/v2/images", {"disk_format": "raw", "container_format": "bare"})["id"]
    token = (cloud.token_of("admin") or "").encode()
    said = CONVERSATIONS[case].replace(b"TOKEN", token).replace(b"IMAGE", image.encode())
    watched = WatchedState(cloud.state)

    with _listening(cloud) as port:
        answer = _say(port, said)
        after = _say(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert after.startswith(b"HTTP/1.1 200 "), after
    assert b" 500 " not in answer.partition(b"\r\n")[0], answer
    assert b"Traceback" not in answer
    assert watched.changes() == {}
    watched.close()
