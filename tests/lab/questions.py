"""Questions to name servers (RFC 1035), as a resolver asks them."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct

from haneul.agent.metadata.namespaces import inside
from tests.lab.stations import Station

A, PTR, AAAA = 1, 12, 28


def ask(station: Station, server: str, name: str, kind: int = A, timeout_s: float = 1.0) -> str | None:
    """The first answer as text; None when nobody answers or there is no such name."""
    number = os.urandom(2)
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    question = number + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)

    def exchange() -> bytes | None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout_s)
            sock.connect((server, 53))
            try:
                sock.send(question)
                return sock.recv(1024)
            except OSError:
                return None

    answer = inside(station.path, exchange)
    if answer is None or answer[:2] != number or not int.from_bytes(answer[6:8], "big"):
        return None
    at = len(question)
    while answer[at] and answer[at] < 0xC0:  # The name, in full or as a pointer to where it stands.
        at += 1 + answer[at]
    at += 2 if answer[at] >= 0xC0 else 1
    length = int.from_bytes(answer[at + 8 : at + 10], "big")
    data = answer[at + 10 : at + 10 + length]
    return _name(data) if kind == PTR else str(ipaddress.ip_address(data))


def _name(data: bytes) -> str:
    labels = []
    while data and data[0]:
        labels.append(data[1 : 1 + data[0]].decode())
        data = data[1 + data[0] :]
    return ".".join(labels)
