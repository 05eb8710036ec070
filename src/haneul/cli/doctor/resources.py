"""What this machine has: room, memory, time, programs."""

from __future__ import annotations

import ctypes
import os
import shutil
import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from haneul.cli import version
from haneul.cli.doctor.findings import Finding, fine, weak, wrong
from haneul.cli.machine import bridges, packages
from haneul.cli.machine.daemons import Keeper
from haneul.cli.machine.programs import CONTROL, taken_ports
from haneul.settings import Settings

_GIB = 2**30
_SOCKET_LIMIT = 107
_UNSYNCHRONISED = 0x40
_OLDEST_NOW = 1_760_000_000
_GENEVE_BYTES = 58
_TESTED = {"Open vSwitch": (3, 1), "OVN": (23, 3), "libvirt": (9, 0), "QEMU": (7, 2)}


def room(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether there is room for disks and images."""
    place = next(folder for folder in (settings.state, *settings.state.parents) if folder.exists())
    free_gib = shutil.disk_usage(place).free / _GIB
    if free_gib < 2:
        yield wrong(f"Only {free_gib:.1f} GiB are free in {place}: disks and images do not fit.", "Free some room.")
    elif free_gib < 10 and settings.compute_driver != "fake":
        yield weak(f"Only {free_gib:.0f} GiB are free in {place}: few guests fit.", "Free some room.")
    else:
        yield fine(f"{free_gib:.0f} GiB are free in {place}.")


def memory(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether there is memory for the cloud and its guests."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines if line}
    free_gib = kib["MemAvailable"] / 2**20
    if free_gib < 0.5:
        yield wrong(f"Only {free_gib:.1f} GiB of memory are free; the cloud itself needs 0.5.", "Stop something else.")
    elif free_gib < 2 and settings.compute_driver != "fake":
        yield weak(f"Only {free_gib:.1f} GiB of memory are free: few guests fit.", "Stop something else.")
    else:
        yield fine(f"{free_gib:.0f} GiB of memory are free.")


def clock(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether the clock is right."""
    if time.time() < _OLDEST_NOW:
        yield wrong("The clock is years behind: no certificate is valid.", "Set it: date -s '2026-01-31 12:00'")
        return
    if _clock_status() & _UNSYNCHRONISED:
        yield weak("Nobody keeps the clock right (the kernel counts it as not synchronised).", "apt install chrony")
    else:
        yield fine("The clock is kept right.")


def programs(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether the packages are installed, in versions that are known to work."""
    if settings.compute_driver == "fake":
        return
    absent = packages.missing(packages.wanted())
    for package in absent:
        yield wrong(f"The package {package.name} is missing, which {package.promise}.", "sudo ./haneul up")
    if not absent:
        yield fine("Every package is installed.")
    for name, found in version.versions():
        wanted = _TESTED.get(name)
        numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
        if wanted and numbers and numbers < wanted:
            oldest = ".".join(str(part) for part in wanted)
            yield weak(f"{name} {found} is older than {oldest}, the oldest that is tested.", "Upgrade to Debian 12.")
        elif wanted and numbers:
            yield fine(f"{name} {found} is new enough.")


def wires(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether the machine's network leaves room for the cloud's."""
    if settings.compute_driver == "fake":
        return
    for device in bridges.default_devices():
        mtu = bridges.mtu(device)
        if mtu < 1500:
            yield weak(
                f"Packets on {device} are {mtu} bytes at most: guests on several hosts get {mtu - _GENEVE_BYTES}.",
                "Nothing on one host; else raise the MTU to 1558 or more on the hosts' network.",
            )
        else:
            yield fine(f"Packets on {device} may have {mtu} bytes.")
    external = IPv4Network(settings.external_cidr)
    for device, network in bridges.routes():
        if device != bridges.EXTERNAL and network.prefixlen > 0 and network.overlaps(external):
            yield wrong(
                f"The external network {external} overlaps {network}, which this machine reaches by {device}.",
                f"Choose another: external_cidr, external_gateway and external_pool in {settings.state}/settings.toml.",
            )


def ports(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether somebody else listens on the cloud's ports."""
    if keeper.find(CONTROL) is not None:
        return
    taken = taken_ports(settings)
    for name, port in taken:
        remedy = f"Stop it (`ss -ltnp` names it), or write {name} = ... into {settings.state}/settings.toml."
        yield wrong(f"Somebody else listens on port {port}, which the control plane needs.", remedy)
    if not taken:
        yield fine("The ports of the control plane are free.")


def paths(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether the state directory can hold what it has to."""
    longest = settings.state / "agent" / "guests" / ("0" * 36) / "console"
    if len(os.fsencode(longest)) > _SOCKET_LIMIT:
        yield wrong(f"The path {settings.state} is too long for sockets in it.", "Choose a shorter one: --state.")
    if settings.state.exists() and settings.state.stat().st_mode & 0o066:
        yield weak(f"Others on this machine can look into {settings.state}.", f"chmod go-rw {settings.state}")


def _clock_status() -> int:
    """The kernel's status of the clock (adjtimex(2)); reading it needs no privilege."""
    buffer = (ctypes.c_char * 256)()
    if ctypes.CDLL(None, use_errno=True).adjtimex(buffer) < 0:
        return 0
    status = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_int))[_STATUS_AT]
    return int(status)


_STATUS_AT = 10
"""Place of `status` in struct timex, in ints: modes (padded to 8 bytes) and four longs stand before it."""

EXAMINATIONS = (room, memory, clock, programs, wires, ports, paths)
