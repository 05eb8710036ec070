"""`haneul version`: Haneul's version and those of what it stands on."""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
from pathlib import Path

import haneul

_PARTS = (
    ("QEMU", "qemu-system-x86_64"),
    ("libvirt", "libvirtd"),
    ("Open vSwitch", "ovs-vswitchd"),
    ("OVN", "ovn-northd"),
)
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run(args: argparse.Namespace) -> int:
    for name, version in versions():
        print(f"{name:14} {version}")
    return 0


def versions() -> list[tuple[str, str]]:
    """What is installed here, by name; `not installed` where it is absent."""
    rows = [
        ("haneul", haneul.__version__),
        ("Python", platform.python_version()),
        ("Linux", platform.release()),
    ]
    return rows + [(name, program_version(program)) for name, program in _PARTS]


def program_version(program: str) -> str:
    """The first word with a dot in it that `program --version` says."""
    path = shutil.which(program, path=_SYSTEM_PATH)
    if path is None:
        return "not installed"
    done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    words = (done.stdout or done.stderr).split("\n", 1)[0].replace("(", " ").replace(")", " ").split()
    numbers = [word for word in words if word[0].isdigit() and "." in word]
    return numbers[0] if numbers else f"{Path(path)} does not say"
