"""Which program a device's packets go through: set and asked by rtnetlink(7)."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator

from haneul.kit.xdp.instructions import PASS, Code
from haneul.kit.xdp.programs import Program, load

_GET_LINK, _SET_LINK, _ERROR = 18, 19, 2
_REQUEST, _ACKNOWLEDGE = 1, 4
_XDP, _NESTED = 43, 0x8000
_HANDLE, _PROGRAM_ID = 1, 4
_NONE = -1


def attach(device: str, program: Program) -> None:
    """From now on each packet that comes in there goes through it, in place of the one before.

    The device is of the caller's network namespace. Raises OSError.
    """
    _set(device, program.handle)


def detach(device: str) -> None:
    """Fine if it has none. Raises OSError."""
    _set(device, _NONE)


def find(device: str) -> int | None:
    """The number by which the kernel knows the device's program; None if it has none. Raises OSError."""
    reply = _ask(_GET_LINK, device, b"", _REQUEST)
    nested = dict(_attributes(reply[16:])).get(_XDP, b"")
    number = dict(_attributes(nested)).get(_PROGRAM_ID, b"\0" * 4)
    return int(struct.unpack("=I", number)[0]) or None


def is_offered() -> bool:
    """True if this kernel takes such programs from this process."""
    code = Code()
    code.answer(PASS)
    try:
        load("haneul_probe", code.assemble()).close()
    except OSError:
        return False
    return True


def _set(device: str, handle: int) -> None:
    told = _attribute(_HANDLE, struct.pack("=i", handle))
    _ask(_SET_LINK, device, _attribute(_XDP | _NESTED, told), _REQUEST | _ACKNOWLEDGE)


def _ask(kind: int, device: str, attributes: bytes, flags: int) -> bytes:
    """The reply's body."""
    body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, socket.if_nametoindex(device), 0, 0) + attributes
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(10.0)
        sock.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)
        reply = sock.recv(65536)
    if struct.unpack_from("=H", reply, 4)[0] == _ERROR:
        number = -struct.unpack_from("=i", reply, 16)[0]
        if number:
            raise OSError(number, f"{device} takes no packet filter: {os.strerror(number)}")
    return reply[16:]


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value.ljust((len(value) + 3) & ~3, b"\0")


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    while len(raw) >= 4:
        length, kind = struct.unpack_from("=HH", raw)
        yield kind & ~_NESTED, raw[4:length]
        raw = raw[max(4, (length + 3) & ~3) :]
