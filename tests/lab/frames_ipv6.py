"""IPv6 frames, honest and lying: echoes, router and neighbour advertisements (RFC 4861), DHCPv6 answers (RFC 8415)."""

from __future__ import annotations

import ipaddress
import socket
import struct

from tests.lab.frames import End, Frame

_ECHO_REQUEST, _ROUTER_SOLICITATION, _ROUTER_ADVERTISEMENT, _NEIGHBOUR_ADVERTISEMENT = 128, 133, 134, 136
_PADDING = (1, 4, 0, 0, 0, 0)
"""Of an extension header of eight bytes: an option of six that says nothing (RFC 8200, PadN)."""
_ROUTERS = End("33:33:00:00:00:02", "ff02::2")
_EVERYBODY = End("33:33:00:00:00:01", "ff02::1")


def link_local(mac: str) -> str:
    """The address that a card makes of its MAC (RFC 4291, modified EUI-64)."""
    raw = _mac(mac)
    eui = bytes((raw[0] ^ 2,)) + raw[1:3] + b"\xff\xfe" + raw[3:]
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + eui))


def echo(sender: End, receiver: End) -> bytes:
    return _icmp(sender, receiver, struct.pack("!BBHHH", _ECHO_REQUEST, 0, 0, 7, 1) + b"is anybody there", 64)


def router_solicitation(sender: End) -> bytes:
    """Ask the routers on the wire to say who they are."""
    return _icmp(sender, _ROUTERS, struct.pack("!BBHI", _ROUTER_SOLICITATION, 0, 0, 0), 255)


def router_advertisement(sender: End, prefix: str, behind: tuple[int, ...] = (), tag: int | None = None) -> bytes:
    """Tell everybody on the wire that the sender is their way out and that this range is theirs.

    It stands behind extension headers of these kinds, each of eight bytes, and bears a VLAN tag if it shall.
    """
    net = ipaddress.IPv6Network(prefix)
    option = struct.pack("!BBBBIII", 3, 4, net.prefixlen, 0xC0, 3600, 3600, 0) + net.network_address.packed
    body = struct.pack("!BBHBBHII", _ROUTER_ADVERTISEMENT, 0, 0, 64, 0, 1800, 0, 0) + option
    checksum = _checksum(sender, _EVERYBODY, socket.IPPROTO_ICMPV6, body)
    payload = body[:2] + struct.pack("!H", checksum) + body[4:]
    kind = socket.IPPROTO_ICMPV6
    for header in reversed(behind):
        payload, kind = bytes((kind, 0, *_PADDING)) + payload, header
    frame = _ipv6(sender, _EVERYBODY, kind, 255, payload)
    return frame if tag is None else frame[:12] + struct.pack("!HH", 0x8100, tag) + frame[12:]


def neighbour_advertisement(sender: End, receiver: End, claimed: str) -> bytes:
    """Tell the receiver that an address is the sender's."""
    told = ipaddress.IPv6Address(claimed).packed + bytes((2, 1)) + _mac(sender.mac)
    body = struct.pack("!BBHI", _NEIGHBOUR_ADVERTISEMENT, 0, 0, 0x60000000) + told
    return _icmp(sender, receiver, body, 255)


def dhcp_answer(sender: End, receiver: End) -> bytes:
    """What a DHCPv6 server would send to the receiver."""
    body = bytes((7,)) + b"lie" + struct.pack("!HH", 23, 16) + ipaddress.IPv6Address(sender.ip).packed
    udp = struct.pack("!HHHH", 547, 546, 8 + len(body), 0) + body
    checked = udp[:6] + struct.pack("!H", _checksum(sender, receiver, socket.IPPROTO_UDP, udp)) + udp[8:]
    return _ipv6(sender, receiver, socket.IPPROTO_UDP, 64, checked)


def is_ipv6_from(frame: Frame, sent: bytes) -> bool:
    """True if this is the frame that was sent: the same ends, the same payload."""
    return (
        frame.kind == 0x86DD and frame.raw[:12] == sent[:12] and frame.payload[8:] == sent[22 : 14 + len(frame.payload)]
    )


def _icmp(sender: End, receiver: End, body: bytes, hops: int) -> bytes:
    checksum = _checksum(sender, receiver, socket.IPPROTO_ICMPV6, body)
    return _ipv6(sender, receiver, socket.IPPROTO_ICMPV6, hops, body[:2] + struct.pack("!H", checksum) + body[4:])


def _ipv6(sender: End, receiver: End, protocol: int, hops: int, payload: bytes) -> bytes:
    head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops)
    addresses = ipaddress.IPv6Address(sender.ip).packed + ipaddress.IPv6Address(receiver.ip).packed
    return _mac(receiver.mac) + _mac(sender.mac) + b"\x86\xdd" + head + addresses + payload


def _checksum(sender: End, receiver: End, protocol: int, body: bytes) -> int:
    addresses = ipaddress.IPv6Address(sender.ip).packed + ipaddress.IPv6Address(receiver.ip).packed
    whole = addresses + struct.pack("!II", len(body), protocol) + body + b"\0" * (len(body) % 2)
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF or 0xFFFF


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
