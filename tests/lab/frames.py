"""Ethernet frames as they are on a card: sent whole, and captured with their VLAN tags."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from haneul.agent.metadata.namespaces import inside

_SOL_PACKET, _AUXDATA = 263, 8
_VLAN_IS_VALID = 0x10
_ALL = 0x0003


@dataclass(frozen=True)
class End:
    """Who sends, or to whom."""

    mac: str
    ip: str


@dataclass(frozen=True)
class Frame:
    tag: int | None
    """The VLAN that it bore; the kernel takes it out of the frame's bytes and tells it beside them."""
    raw: bytes

    @property
    def kind(self) -> int:
        return int.from_bytes(self.raw[12:14], "big")

    @property
    def payload(self) -> bytes:
        return self.raw[14:]

    @property
    def is_echo_reply(self) -> bool:
        return self.kind == 0x0800 and self.payload[9] == socket.IPPROTO_ICMP and self.payload[20] == 0

    @property
    def is_echo_request(self) -> bool:
        return self.kind == 0x0800 and self.payload[9] == socket.IPPROTO_ICMP and self.payload[20] == 8


def echo(sender: End, receiver: End, tag: int | None = None, number: int = 7) -> bytes:
    """A ping as a whole frame, with a VLAN tag if it shall have one."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, number, 1) + b"is anybody there"
    icmp = icmp[:2] + struct.pack("!H", _checksum(icmp)) + icmp[4:]
    addresses = socket.inet_aton(sender.ip) + socket.inet_aton(receiver.ip)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 0, 0, 64, socket.IPPROTO_ICMP, 0) + addresses
    head = head[:10] + struct.pack("!H", _checksum(head)) + head[12:]
    return _ethernet(sender.mac, receiver.mac, 0x0800, head + icmp, tag)


def arp_request(sender: End, wanted: str) -> bytes:
    """Ask everybody on the wire who has an address."""
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + _mac(sender.mac) + socket.inet_aton(sender.ip)
    return _ethernet(sender.mac, "ff:ff:ff:ff:ff:ff", 0x0806, body + bytes(6) + socket.inet_aton(wanted))


def arp_reply(sender: End, receiver: End, claimed: str) -> bytes:
    """Tell the receiver that an address is the sender's."""
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + _mac(sender.mac) + socket.inet_aton(claimed)
    return _ethernet(sender.mac, receiver.mac, 0x0806, body + _mac(receiver.mac) + socket.inet_aton(receiver.ip))


def dhcp_offer(sender: End, receiver: End) -> bytes:
    """What a DHCP server would send to the receiver."""
    head = struct.pack("!BBBB4sHH4s", 2, 1, 6, 0, b"lies", 0, 0, b"\0" * 4) + socket.inet_aton(receiver.ip)
    body = head + socket.inet_aton(sender.ip) + b"\0" * 4 + _mac(receiver.mac).ljust(16, b"\0") + b"\0" * 192
    body += bytes((99, 130, 83, 99)) + b"\x35\x01\x02\xff"
    udp = struct.pack("!HHHH", 67, 68, 8 + len(body), 0) + body
    addresses = socket.inet_aton(sender.ip) + socket.inet_aton(receiver.ip)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0) + addresses
    ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
    return _ethernet(sender.mac, receiver.mac, 0x0800, ip + udp)


def send(namespace: str, frame: bytes, device: str = "eth0") -> None:
    def act() -> None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
            sock.bind((device, 0))
            sock.send(frame)

    inside(namespace, act)


@dataclass
class Capture:
    """Frames that arrive at a card from the moment this is made."""

    namespace: str
    device: str = "eth0"

    def __post_init__(self) -> None:
        self._sock = inside(self.namespace, self._open)

    def _open(self) -> socket.socket:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        sock.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        sock.bind((self.device, _ALL))
        return sock

    def first(self, wanted: Callable[[Frame], bool], timeout_s: float) -> Frame | None:
        """The first frame that is wanted; None when there is none in time."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            self._sock.settimeout(left)
            try:
                raw, ancillary, _, _ = self._sock.recvmsg(65535, 256)
            except TimeoutError:
                return None
            frame = Frame(_tag(ancillary), raw)
            if wanted(frame):
                return frame
        return None

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()


def _tag(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in ancillary:
        if (level, kind) == (_SOL_PACKET, _AUXDATA):
            status, tci = struct.unpack_from("=I", data)[0], struct.unpack_from("=H", data, 16)[0]
            if status & _VLAN_IS_VALID:
                return int(tci & 0xFFF)
    return None


def _ethernet(sender: str, receiver: str, kind: int, payload: bytes, tag: int | None = None) -> bytes:
    vlan = b"" if tag is None else struct.pack("!HH", 0x8100, tag)
    return _mac(receiver) + _mac(sender) + vlan + struct.pack("!H", kind) + payload


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
