"""Programs handed to the kernel, which looks through them before it takes them (bpf(2))."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

_CALLS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "loongarch64": 280, "ppc64le": 361}
"""The number of bpf(2) on machines whose least significant byte comes first."""
_LOAD, _XDP = 5, 6
_LOG_BYTES = 1 << 16
_ATTRIBUTES = "<IIQQIIQII16s"
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Program:
    """One that the kernel has; it stays while a device uses it or this process holds it open."""

    handle: int
    """A file descriptor."""

    def close(self) -> None:
        os.close(self.handle)


def load(name: str, code: bytes) -> Program:
    """Raises OSError where the kernel has no such programs, or does not like this one: then its own words follow."""
    call = _CALLS.get(platform.machine())
    if call is None:
        raise OSError(errno.ENOSYS, f"packet filters are not known for machines of the kind {platform.machine()}")
    try:
        return _load(call, name, code, b"")
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EACCES):
            raise
    return _load(call, name, code, bytes(_LOG_BYTES))


def _load(call: int, name: str, code: bytes, log: bytes) -> Program:
    instructions, terms = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL")
    words = ctypes.create_string_buffer(log, max(1, len(log)))
    attributes = struct.pack(
        _ATTRIBUTES,
        _XDP,
        len(code) // 8,
        ctypes.addressof(instructions),
        ctypes.addressof(terms),
        1 if log else 0,
        len(log),
        ctypes.addressof(words) if log else 0,
        0,
        0,
        name.encode()[:15],
    ).ljust(128, b"\0")
    block = ctypes.create_string_buffer(attributes, len(attributes))
    handle = _libc.syscall(call, _LOAD, block, len(attributes))
    if handle < 0:
        number = ctypes.get_errno()
        said = words.value.decode(errors="replace").strip()[-500:]
        raise OSError(
            number, f"the kernel does not take the packet filter {name}: {os.strerror(number)} {said}".strip()
        )
    os.set_inheritable(handle, False)
    return Program(handle)
