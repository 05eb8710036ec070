"""What may be fetched from the web, and what may not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from haneul.drivers.image.web import WebFetcher
from haneul.kit.errors import Invalid, Unavailable

DATA = bytes(range(256)) * 8192


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind, _, rest = self.path[1:].partition("/")
        if kind in ("to", "circle"):
            self.send_response(302)
            self.send_header("location", rest or self.path)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        self.send_response(200 if kind in ("data", "short") else 404)
        self.send_header("content-length", str(len(DATA) + (5 if kind == "short" else 0)))
        self.end_headers()
        self.wfile.write(DATA)
        self.close_connection = kind == "short"

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, *sources: str) -> bytes:
    fetcher = WebFetcher(sources or (f"127.0.0.1:{port}",))
    return b"".join(fetcher.fetch(f"http://127.0.0.1:{port}/{path}"))


def refused(sources: tuple[str, ...], url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        WebFetcher(sources).check(url)
    assert refusal.value.code == "image.source_refused"


def test_a_host_named_in_full_is_fetched_from_even_if_it_is_private(port: int) -> None:
    assert get(port, "data") == DATA


def test_redirects_are_followed_where_they_are_allowed(port: int) -> None:
    assert get(port, "to//data") == DATA


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://localhost:1/"])
def test_redirects_elsewhere_are_refused(port: int, target: str) -> None:
    with pytest.raises(Invalid):
        get(port, f"to/{target}")


def test_redirects_in_a_circle_end(port: int) -> None:
    with pytest.raises(Invalid, match="leads on more than"):
        get(port, "circle")


@pytest.mark.parametrize("path", ["nothing", "short"])
def test_what_is_missing_or_breaks_off_is_unavailable(port: int, path: str) -> None:
    with pytest.raises(Unavailable):
        get(port, path)


def test_nobody_at_home_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        get(port, "data")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http:///x",
        "http://user:secret@example.org/x",
        "http://example.org:8080/x",
        "http://example.org:port/x",
        "http://[::1/x",
        "http://exa mple.org/x",
        "http://example.org/\r\nX: y",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/x",
        "",
    ],
)
def test_what_is_not_public_or_not_http_is_refused(url: str) -> None:
    refused(("*",), url)


def test_only_allowed_hosts_are_asked() -> None:
    fetcher = WebFetcher(("images.example.org", "*.example.net"))
    fetcher.check("https://images.example.org/a")
    fetcher.check("http://a.b.example.net/a?b=c")
    refused(("images.example.org",), "http://other.example.org/")
    refused(("*.example.net",), "http://example.net.evil.org/")
    refused((), "http://example.org/")


def test_a_public_name_of_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def private(*_args: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", private)
    with pytest.raises(Invalid, match="not public"):
        list(WebFetcher(("*",)).fetch("http://rebound.example.org/x"))
