"""Whether KVM really runs guests here: the device node alone proves nothing."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

_PROBE_S = 5
_DONE = 0x21
_BOOT_SECTOR = bytes((0xBA, 0x01, 0x05, 0xB0, 0x10, 0xEE, 0xF4)).ljust(510, b"\0") + b"\x55\xaa"
"""mov dx, 0x501; mov al, 0x10; out dx, al; hlt: QEMU's debug-exit device then ends it with 2 * 0x10 + 1."""


def probe_accelerator(emulator: str = "qemu-system-x86_64") -> str:
    """kvm if a guest of seven bytes comes to its end under it, else tcg."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "probe.img"
        disk.write_bytes(_BOOT_SECTOR.ljust(1024 * 1024, b"\0"))
        command = [
            *(emulator, "-accel", "kvm", "-machine", "pc", "-m", "16", "-nodefaults", "-display", "none"),
            *("-device", "isa-debug-exit,iobase=0x501,iosize=1"),
            *("-drive", f"file={disk},format=raw,if=ide,readonly=off"),
        ]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=_PROBE_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.info("KVM does not run guests here, they are emulated: %s", error)
            return "tcg"
    return "kvm" if ended.returncode == _DONE else "tcg"
