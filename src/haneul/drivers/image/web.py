"""Images' data from the web, from where the operator allows and never from inside by accident."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from haneul.kit.errors import Invalid, Unavailable

_PORTS = {"http": 80, "https": 443}
_MAX_REDIRECTS = 5
_TIMEOUT_S = 60.0
_PIECE_BYTES = 1 << 20
_REDIRECTS = (301, 302, 303, 307, 308)


class WebFetcher:
    """HTTP and HTTPS from allowed hosts.

    `sources` are host names: `images.example.org`, `*.example.org`, with a port where it is not the usual one
    (`10.0.0.5:8080`), or `*` for every public host. What a name with a star matches is fetched from public
    addresses only; a host that is named in full may have a private one. The address that was checked is the
    one that is connected to, and every redirect is checked like the first URL.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._named = frozenset(source.lower() for source in sources if "*" not in source)
        self._suffixes = tuple(source[1:].lower() for source in sources if source.startswith("*"))

    def check(self, url: str) -> None:
        self._parse(url)

    def fetch(self, url: str) -> Iterator[bytes]:
        for _ in range(_MAX_REDIRECTS + 1):
            parts = self._parse(url)
            connection = self._connect(parts)
            try:
                response = self._ask(connection, parts)
                if response.status in _REDIRECTS and response.getheader("location"):
                    url = urljoin(url, response.getheader("location") or "")
                    continue
                if response.status != 200:
                    raise _failed(url, f"it answers {response.status} {response.reason}")
                yield from _body(response, url)
                return
            finally:
                connection.close()
        raise _refused(url, f"it leads on more than {_MAX_REDIRECTS} times")

    def _parse(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _refused(url, "it is malformed") from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise _refused(url, "only http:// and https:// URLs without a user name are fetched")
        if not url.isascii() or any(character <= " " for character in url):
            raise _refused(url, "it holds characters that must be percent-encoded")
        is_usual = port in (None, _PORTS[parts.scheme])
        if not self._is_named(parts) and not (is_usual and self._matches_star(parts.hostname)):
            raise _refused(url, "its host or port is not among the allowed sources")
        return parts

    def _is_named(self, parts: SplitResult) -> bool:
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        return f"{host}:{port}" in self._named or (host in self._named and port == _PORTS[parts.scheme])

    def _matches_star(self, host: str) -> bool:
        return any(host.endswith(suffix) for suffix in self._suffixes) and _may_be_public(host)

    def _connect(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _failed(parts.geturl(), f"its host is not found ({error})") from error
        addresses = [str(address[4][0]) for address in found]
        if not self._is_named(parts) and not all(ip_address(address).is_global for address in addresses):
            raise _refused(parts.geturl(), "its host has an address that is not public")
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        try:
            raw = socket.create_connection((addresses[0], port), timeout=_TIMEOUT_S)
            if parts.scheme == "https":
                raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        except OSError as error:
            raise _failed(parts.geturl(), f"its host does not answer ({error})") from error
        connection.sock = raw
        return connection

    def _ask(self, connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "identity", "User-Agent": "haneul"})
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise _failed(parts.geturl(), f"it breaks off ({error})") from error


def _body(response: http.client.HTTPResponse, url: str) -> Iterator[bytes]:
    announced = response.length
    size = 0
    try:
        while piece := response.read(_PIECE_BYTES):
            size += len(piece)
            yield piece
    except (OSError, http.client.HTTPException) as error:
        raise _failed(url, f"it breaks off ({error})") from error
    if announced is not None and size != announced:
        raise _failed(url, f"it ends after {size} of {announced} bytes")


def _may_be_public(host: str) -> bool:
    """False for an address that is not public, and for names that mean this machine."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def _refused(url: str, why: str) -> Invalid:
    return Invalid(
        "image.source_refused",
        f"URI for web-download does not pass filtering: {url}: {why}. Ask your operator to allow its host.",
    )


def _failed(url: str, why: str) -> Unavailable:
    return Unavailable("image.source_failed", f"{url} cannot be fetched: {why}. Check it and import again.")
