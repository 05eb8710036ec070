"""A client of DHCPv6 (RFC 8415), as far as packets prove what OVN tells."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import time
from dataclasses import dataclass

from haneul.agent.metadata.namespaces import inside
from tests.lab.stations import Station

_ALL_SERVERS = "ff02::1:2"
_SOLICIT, _ADVERTISE, _REQUEST, _REPLY, _INFORMATION_REQUEST = 1, 2, 3, 7, 11
_CLIENT_ID, _SERVER_ID, _IA_NA, _IA_ADDRESS, _WANTED, _ELAPSED, _DNS, _SEARCH = 1, 2, 3, 5, 6, 8, 23, 24


@dataclass(frozen=True)
class Told:
    """What DHCPv6 told."""

    address: str
    """Empty where none was asked for."""
    dns: tuple[str, ...]


def ask_for_address(station: Station, timeout_s: float = 8) -> Told | None:
    """Stateful: solicit, request, reply; None when nobody answers."""
    return inside(station.path, lambda: _Client(station.mac, timeout_s).lease())


def ask_for_rest(station: Station, timeout_s: float = 8) -> Told | None:
    """Stateless: everything but an address."""
    return inside(station.path, lambda: _Client(station.mac, timeout_s).information())


class _Client:
    def __init__(self, mac: str, timeout_s: float) -> None:
        raw = bytes.fromhex(mac.replace(":", ""))
        self._end = time.monotonic() + timeout_s
        self._own = _option(_CLIENT_ID, struct.pack("!HH", 3, 1) + raw)
        self._lease_id = raw[-4:]

    def lease(self) -> Told | None:
        with self._socket() as sock:
            wanted = _option(_IA_NA, self._lease_id + struct.pack("!II", 0, 0))
            offer = self._exchange(sock, _SOLICIT, _ADVERTISE, wanted)
            if offer is None:
                return None
            chosen = _option(_IA_NA, offer[_IA_NA]) + _option(_SERVER_ID, offer[_SERVER_ID])
            reply = self._exchange(sock, _REQUEST, _REPLY, chosen)
        return None if reply is None else _told(reply)

    def information(self) -> Told | None:
        with self._socket() as sock:
            reply = self._exchange(sock, _INFORMATION_REQUEST, _REPLY, b"")
        return None if reply is None else _told(reply)

    def _socket(self) -> socket.socket:
        """Bound once the card has its link-local address."""
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("::", 546, 0, socket.if_nametoindex("eth0")))
        sock.settimeout(0.5)
        return sock

    def _exchange(self, sock: socket.socket, kind: int, expected: int, options: bytes) -> dict[int, bytes] | None:
        transaction = os.urandom(3)
        asked = _option(_WANTED, struct.pack("!HH", _DNS, _SEARCH)) + _option(_ELAPSED, b"\0\0")
        message = bytes((kind,)) + transaction + self._own + options + asked
        while time.monotonic() < self._end:
            try:
                sock.sendto(message, (_ALL_SERVERS, 547, 0, socket.if_nametoindex("eth0")))
                answer = sock.recv(2048)
            except OSError:
                time.sleep(0.05)  # The link-local address is still being probed.
                continue
            if answer[0] == expected and answer[1:4] == transaction:
                return _options(answer[4:])
        return None


def _told(options: dict[int, bytes]) -> Told:
    inner = _options(options[_IA_NA][12:]) if _IA_NA in options else {}
    address = str(ipaddress.IPv6Address(inner[_IA_ADDRESS][:16])) if _IA_ADDRESS in inner else ""
    raw = options.get(_DNS, b"")
    return Told(address, tuple(str(ipaddress.IPv6Address(raw[at : at + 16])) for at in range(0, len(raw), 16)))


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def _options(raw: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(raw) >= 4:
        code, length = struct.unpack("!HH", raw[:4])
        found[code] = raw[4 : 4 + length]
        raw = raw[4 + length :]
    return found
