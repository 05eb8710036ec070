"""Which datapath Open vSwitch has here: the kernel's, or its own in userspace."""

from __future__ import annotations

import socket
import struct
from typing import Literal

from haneul.cli.machine import tools

_NETLINK_GENERIC = 16
_CONTROLLER = 16
_GET_FAMILY = 3
_FAMILY_NAME = 2
_ERROR = 2


def choose() -> Literal["system", "netdev"]:
    """`system` if the kernel has Open vSwitch's datapath (its module is loaded if there is one), else `netdev`."""
    if kernel_has_datapath():
        return "system"
    if tools.find_program("modprobe"):
        tools.attempt("modprobe", "openvswitch")
    return "system" if kernel_has_datapath() else "netdev"


def kernel_has_datapath() -> bool:
    """Ask the kernel for the generic netlink family `ovs_datapath` (genetlink's CTRL_CMD_GETFAMILY)."""
    name = b"ovs_datapath\0"
    attribute = struct.pack("HH", 4 + len(name), _FAMILY_NAME) + name
    attribute += b"\0" * (-len(attribute) % 4)
    payload = struct.pack("BBH", _GET_FAMILY, 1, 0) + attribute
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_GENERIC) as netlink:
        netlink.settimeout(2)
        netlink.send(struct.pack("IHHII", 16 + len(payload), _CONTROLLER, 5, 1, 0) + payload)
        kind: int = struct.unpack("IHHII", netlink.recv(4096)[:16])[1]
    return kind != _ERROR
