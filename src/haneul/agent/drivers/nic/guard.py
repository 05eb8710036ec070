"""Guests do not pose as routers: their router advertisements end at their own network card.

OVN lets these past its security groups and its port security, whatever the rules say. An advertisement is one
of ICMPv6 (RFC 4861, type 134), behind as many extension headers as its sender likes (RFC 7113).
"""

from __future__ import annotations

import logging
import threading

from haneul.kit import xdp
from haneul.kit.xdp.instructions import DROP, PASS, Code

log = logging.getLogger(__name__)

_DATA, _END, _KIND, _REACH, _LENGTH = 2, 3, 5, 6, 7
"""Registers: where to read on, the packet's end, the next header's kind, a place that has to exist, a length."""
_ETHERNET_BYTES, _TAG_BYTES, _IPV6_BYTES = 14, 4, 40
_TAGS = (0x8100, 0x88A8)
_IPV6, _ICMPV6, _ADVERTISEMENT = 0x86DD, 58, 134
_FRAGMENT, _AUTHENTICATION = 44, 51
_OPTIONS = (0, 43, 60, 135, 139, 140)
"""Extension headers that count their length in units of eight bytes, without the first (RFC 8200, 6275, 7401, 5533)."""
_MOST_HEADERS, _MOST_TAGS = 8, 2


class Guard:
    """Stands at network devices of this process's network namespace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._program: xdp.Program | None = None
        self._is_missed = False

    def ensure(self, device: str) -> None:
        """No router advertisement comes in there. Where the kernel has no such filter, the log says so, once."""
        try:
            xdp.attach(device, self._loaded())
        except OSError as error:
            if not self._is_missed:
                log.warning("guests of this host can pose as IPv6 routers on their own networks: %s", error)
            self._is_missed = True

    def remove(self, device: str) -> None:
        """Whoever is behind the device may be a router; fine if there is no such device any more."""
        if not self.stands_at(device):
            return
        try:
            xdp.detach(device)
        except OSError as error:
            if self.stands_at(device):
                log.warning("%s is still kept from being a router: %s", device, error)

    def stands_at(self, device: str) -> bool:
        """False as well where there is no such device."""
        try:
            return xdp.find(device) is not None
        except OSError:
            return False

    def _loaded(self) -> xdp.Program:
        with self._lock:
            if self._program is None:
                self._program = xdp.load("haneul_guard", filter_code())
            return self._program


def filter_code() -> bytes:
    """What looks at each packet: drops a router advertisement and what cannot be read to its end, lets others pass."""
    code = Code()
    code.load(_DATA, 1, 0, 4)
    code.load(_END, 1, 4, 4)
    _read_ethernet(code)
    code.place("ipv6")
    code.add(_DATA, _ETHERNET_BYTES)
    _need(code, _IPV6_BYTES, "drop")
    code.load(_KIND, _DATA, 6, 1)
    code.add(_DATA, _IPV6_BYTES)
    for number in range(_MOST_HEADERS):
        _read_header(code, number)
    code.place(f"header {_MOST_HEADERS}")
    code.go("drop")
    code.place("icmp")
    _need(code, 1, "drop")
    code.load(_KIND, _DATA, 0, 1)
    code.go_if_equal(_KIND, _ADVERTISEMENT, "drop")
    code.place("pass")
    code.answer(PASS)
    code.place("drop")
    code.answer(DROP)
    return code.assemble()


def _read_ethernet(code: Code) -> None:
    """Go to `ipv6` or `pass`; VLAN tags are looked through."""
    for number in range(_MOST_TAGS + 1):
        _need(code, _ETHERNET_BYTES, "pass")
        code.load(_KIND, _DATA, 12, 2)
        code.from_network(_KIND)
        code.go_if_equal(_KIND, _IPV6, "ipv6")
        if number == _MOST_TAGS:
            code.go("pass")
            return
        for tag in _TAGS:
            code.go_if_equal(_KIND, tag, f"tag {number}")
        code.go("pass")
        code.place(f"tag {number}")
        code.add(_DATA, _TAG_BYTES)


def _read_header(code: Code, number: int) -> None:
    """Go on with the header behind it, with `icmp`, or `pass` where none of ICMPv6 can follow."""
    code.place(f"header {number}")
    code.go_if_equal(_KIND, _ICMPV6, "icmp")
    code.go_if_equal(_KIND, _FRAGMENT, f"fragment {number}")
    code.go_if_equal(_KIND, _AUTHENTICATION, f"authentication {number}")
    for option in _OPTIONS:
        code.go_if_equal(_KIND, option, f"options {number}")
    code.go("pass")

    code.place(f"fragment {number}")
    _need(code, 8, "drop")
    code.load(_LENGTH, _DATA, 2, 2)
    code.from_network(_LENGTH)
    code.keep_bits(_LENGTH, 0xFFF8)
    code.load(_KIND, _DATA, 0, 1)
    code.add(_DATA, 8)
    code.go_if_equal(_LENGTH, 0, f"header {number + 1}")
    code.go("pass")

    for kind, unit_bits, more in (("authentication", 2, 2), ("options", 3, 1)):
        code.place(f"{kind} {number}")
        _need(code, 8, "drop")
        code.load(_KIND, _DATA, 0, 1)
        code.load(_LENGTH, _DATA, 1, 1)
        code.add(_LENGTH, more)
        code.shift_left(_LENGTH, unit_bits)
        code.add_register(_DATA, _LENGTH)
        code.go(f"header {number + 1}")


def _need(code: Code, length: int, otherwise: str) -> None:
    code.copy(_REACH, _DATA)
    code.add(_REACH, length)
    code.go_if_beyond(_REACH, _END, otherwise)
