"""Sockets and devices in another network namespace, without another process."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
_ETHTOOL_STXCSUM = 0x17
_libc = ctypes.CDLL(None, use_errno=True)


def inside(namespace: str, act: Callable[[], T]) -> T:
    """What `act` answers inside the network namespace at that path.

    It runs in a thread of its own that ends with it: a thread that was moved is never used for anything else.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            _enter(namespace)
            results.append(act())
        except Exception as error:  # noqa: BLE001 - carried to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=work, name="namespace")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def listen_in(namespace: str, address: str, port: int, device: str = "") -> socket.socket:
    """A listening TCP socket; it stays in the namespace wherever it is used.

    A link-local address of IPv6 is that of a device.
    """

    def act() -> socket.socket:
        is_ipv6 = ":" in address
        sock = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port, 0, socket.if_nametoindex(device)) if is_ipv6 else (address, port))
        sock.listen(64)
        sock.setblocking(False)
        return sock

    return inside(namespace, act) if namespace else act()


def leave_checksums_to_software(namespace: str, device: str) -> None:
    """Turn off transmit checksum offload: Open vSwitch in user space forwards such packets broken."""

    def act() -> None:
        value = ctypes.create_string_buffer(struct.pack("II", _ETHTOOL_STXCSUM, 0))
        request = struct.pack("16sP", device.encode(), ctypes.addressof(value)).ljust(40, b"\0")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            fcntl.ioctl(sock, _SIOCETHTOOL, request)

    inside(namespace, act)


def _enter(namespace: str) -> None:
    handle = os.open(Path(namespace), os.O_RDONLY)
    try:
        if _libc.setns(handle, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"cannot enter {namespace}: {os.strerror(number)}")
    finally:
        os.close(handle)
