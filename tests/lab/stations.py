"""Stations: network namespaces that send and receive packets as guests do, one card each."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from haneul.agent.metadata.namespaces import inside

_MAGIC = bytes((99, 130, 83, 99))
_BROADCAST = b"\xff" * 6
_DISCOVER, _OFFER, _REQUEST, _ACK = 1, 2, 3, 5


@dataclass(frozen=True)
class Lease:
    """What DHCP told."""

    address: str
    prefix: int
    options: dict[int, bytes]

    @property
    def router(self) -> str:
        return _ip(self.options.get(3, b"\0\0\0\0"))

    @property
    def mtu(self) -> int:
        return int.from_bytes(self.options.get(26, b""), "big")

    @property
    def dns(self) -> list[str]:
        raw = self.options.get(6, b"")
        return [_ip(raw[place : place + 4]) for place in range(0, len(raw), 4)]

    @property
    def routes(self) -> dict[str, str]:
        """Option 121: range -> next hop (RFC 3442)."""
        raw, found = self.options.get(121, b""), {}
        while raw:
            length, significant = raw[0], (raw[0] + 7) // 8
            network = _ip(raw[1 : 1 + significant].ljust(4, b"\0"))
            found[f"{network}/{length}"] = _ip(raw[1 + significant : 5 + significant])
            raw = raw[5 + significant :]
        return found


@dataclass
class Station:
    """A namespace with one card, `eth0`, or the lab's own machine where there is no card."""

    path: str
    """Of its network namespace."""
    mac: str = ""
    servers: list[socket.socket] = field(default_factory=list)

    def lease(self, timeout_s: float = 5.0) -> Lease | None:
        """Ask by DHCP as a guest does; None when nobody answers."""
        return inside(self.path, lambda: _Dhcp(self.mac).lease(time.monotonic() + timeout_s))

    def pings(self, address: str, timeout_s: float = 4.0) -> bool:
        return inside(self.path, lambda: _pings(address, time.monotonic() + timeout_s))

    def serve(self, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
        """From now on tell everybody who comes to this port by which address they came."""

        def listen() -> socket.socket:
            server = socket.socket(socket.AF_INET, kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("0.0.0.0", port))
            if kind is socket.SOCK_STREAM:
                server.listen()
            return server

        server = inside(self.path, listen)
        self.servers.append(server)
        threading.Thread(target=_tell_callers, args=(server, kind), daemon=True).start()

    def asks(self, address: str, port: int, timeout_s: float = 3.0) -> str | None:
        """By which address the server there sees this station; None when it cannot be reached."""

        def ask() -> str | None:
            try:
                with socket.create_connection((address, port), timeout_s) as connection:
                    connection.settimeout(timeout_s)
                    return connection.recv(100).decode()
            except OSError:
                return None

        return inside(self.path, ask)

    def asks_by_udp(self, address: str, port: int, timeout_s: float = 3.0) -> str | None:
        """As `asks`, by a datagram."""

        def ask() -> str | None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(timeout_s)
                try:
                    sock.sendto(b"who am I?", (address, port))
                    return sock.recv(100).decode()
                except OSError:
                    return None

        return inside(self.path, ask)

    def close(self) -> None:
        for server in self.servers:
            server.close()


def _tell_callers(server: socket.socket, kind: socket.SocketKind) -> None:
    while True:
        try:
            if kind is socket.SOCK_DGRAM:
                _, peer = server.recvfrom(100)
                server.sendto(peer[0].encode(), peer)
                continue
            connection, peer = server.accept()
        except OSError:
            return
        with connection:
            connection.sendall(peer[0].encode())


def _pings(address: str, end: float) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.settimeout(0.3)
        number = os.getpid() & 0xFFFF
        for count in range(1000):
            if time.monotonic() > end:
                return False
            echo = struct.pack("!BBHHH", 8, 0, 0, number, count) + b"is anybody there"
            echo = echo[:2] + struct.pack("!H", _checksum(echo)) + echo[4:]
            try:
                sock.sendto(echo, (address, 0))
                while True:
                    packet, peer = sock.recvfrom(2048)
                    if peer[0] == address and packet[20] == 0 and packet[24:26] == struct.pack("!H", number):
                        return True
            except OSError:
                time.sleep(0.05)
    return False


class _Dhcp:
    """A client of RFC 2131 on a raw socket."""

    def __init__(self, mac: str) -> None:
        self._mac = bytes.fromhex(mac.replace(":", ""))
        self._transaction = os.urandom(4)

    def lease(self, end: float) -> Lease | None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as sock:
            sock.bind(("eth0", 0x0800))
            sock.settimeout(0.5)
            offer = self._exchange(sock, end, _OFFER, b"\x35\x01\x01")
            if offer is None:
                return None
            address, options = offer
            wanted = b"\x35\x01\x03" + b"\x32\x04" + socket.inet_aton(address) + b"\x36\x04" + options[54]
            acknowledged = self._exchange(sock, end, _ACK, wanted)
            if acknowledged is None:
                return None
            address, options = acknowledged
            prefix = ipaddress.ip_network(f"0.0.0.0/{_ip(options[1])}").prefixlen
            return Lease(address, prefix, options)

    def _exchange(self, sock: socket.socket, end: float, kind: int, said: bytes) -> tuple[str, dict[int, bytes]] | None:
        asked = b"\x37\x07" + bytes((1, 3, 6, 15, 26, 121, 12))
        while time.monotonic() < end:
            sock.send(self._frame(said + asked + b"\xff"))
            answer = self._receive(sock, kind)
            if answer is not None:
                return answer
        return None

    def _receive(self, sock: socket.socket, kind: int) -> tuple[str, dict[int, bytes]] | None:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            try:
                frame = sock.recv(2048)
            except TimeoutError:
                return None
            payload = frame[14 + (frame[14] & 15) * 4 + 8 :]
            if len(payload) < 240 or payload[0] != 2 or payload[4:8] != self._transaction:
                continue
            options = _options(payload[240:])
            if options.get(53) == bytes((kind,)):
                return _ip(payload[16:20]), options
        return None

    def _frame(self, options: bytes) -> bytes:
        head = struct.pack("!BBBB4sHH16x16s192x", 1, 1, 6, 0, self._transaction, 0, 0x8000, self._mac.ljust(16, b"\0"))
        payload = head + _MAGIC + options
        udp = struct.pack("!HHHH", 68, 67, 8 + len(payload), 0) + payload
        start = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\0" * 4, b"\xff" * 4)
        checked = start[:10] + struct.pack("!H", _checksum(start)) + start[12:]
        return _BROADCAST + self._mac + b"\x08\x00" + checked + udp


def _options(raw: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while raw and raw[0] != 255:
        if raw[0] == 0:
            raw = raw[1:]
            continue
        found[raw[0]] = raw[2 : 2 + raw[1]]
        raw = raw[2 + raw[1] :]
    return found


def _ip(raw: bytes) -> str:
    return socket.inet_ntoa(raw)


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) // 2 * 2])) + (
        data[-1] << 8 if len(data) % 2 else 0
    )
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
