"""Whether KVM really runs guests: by running one.

The device node proves nothing: there are machines whose KVM exists and crawls, or hangs a guest for ever. So a
guest of 512 bytes counts under emulation and under KVM, and KVM is taken only if it is not the slower one.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Literal

from haneul.cli.machine import tools

_BOOT_SECTOR = (
    bytes.fromhex(
        "66b900e1f505"  # mov ecx, 100000000
        "6649"  # dec ecx
        "75fc"  # jnz to the dec
        "b94e20"  # mov cx, 20046
        "e460"  # in al, 0x60: a port that the emulator answers
        "e2fc"  # loop to the in
        "b010"  # mov al, 0x10
        "baf400"  # mov dx, 0xf4
        "ee"  # out dx, al: tell the emulator to exit
        "f4"  # hlt
    ).ljust(510, b"\0")
    + b"\x55\xaa"
)
_COUNTED = (0x10 << 1) | 1
"""The emulator's exit code once the guest has counted (QEMU's isa-debug-exit)."""
_TIMEOUT_S = {"kvm": 3.0, "tcg": 30.0}
"""KVM takes a fraction of a second where it works; an emulated guest on a busy machine takes its time."""
_SLACK_S = 0.5


def choose() -> Literal["kvm", "tcg"]:
    """`kvm` if a guest runs under it at least as fast as under emulation, else `tcg`."""
    if not Path("/dev/kvm").exists():
        return "tcg"
    hardware_s = time_guest("kvm")
    if hardware_s is None:
        return "tcg"
    emulated_s = time_guest("tcg")
    return "kvm" if emulated_s is None or is_worth_it(hardware_s, emulated_s) else "tcg"


def is_worth_it(hardware_s: float, emulated_s: float) -> bool:
    """True unless KVM is the slower of the two."""
    return hardware_s <= emulated_s + _SLACK_S


def time_guest(accelerator: Literal["kvm", "tcg"]) -> float | None:
    """How many seconds the guest takes to count; None if it does not get to the end."""
    program = tools.find_program("qemu-system-x86_64")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        sector = Path(folder) / "guest"
        sector.write_bytes(_BOOT_SECTOR)
        argv = [program, "-accel", accelerator, "-machine", "pc", "-m", "16", "-nodefaults", "-no-reboot"]
        argv += ["-display", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=1"]
        argv += ["-drive", f"file={sector},format=raw,if=ide"]
        began = time.monotonic()
        try:
            done = subprocess.run(argv, capture_output=True, timeout=_TIMEOUT_S[accelerator], check=False)
        except subprocess.TimeoutExpired:
            return None
        return time.monotonic() - began if done.returncode == _COUNTED else None
