"""Connections from inside an enclosure's network, for tests that stay outside."""

from __future__ import annotations

import ctypes
import os
import socket
from concurrent.futures import ThreadPoolExecutor

_NETWORK = 0x40000000
"""CLONE_NEWNET (setns(2))."""
_libc = ctypes.CDLL(None, use_errno=True)


def connect(pid: int, host: str, port: int, timeout_s: float) -> socket.socket:
    """A TCP connection made where the process `pid` lives; raises OSError.

    Made in a thread that ends with it: a thread that went to another network does not come back.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_connect, pid, host, port, timeout_s).result()


def _connect(pid: int, host: str, port: int, timeout_s: float) -> socket.socket:
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(descriptor, _NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "the enclosure's network cannot be entered")
    finally:
        os.close(descriptor)
    return socket.create_connection((host, port), timeout_s)
