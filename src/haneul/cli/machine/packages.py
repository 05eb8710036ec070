"""What has to be installed from Debian, and installing it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from haneul.cli.machine import systemd, tools
from haneul.cli.machine.daemons import Places
from haneul.cli.progress import Progress
from haneul.cli.tiny_image.contents import BUILD_TOOLS, MASTER_BOOT_CODE
from haneul.cli.trouble import TroubleError


@dataclass(frozen=True)
class Package:
    name: str
    proof: str
    """A file that is there once the package is installed."""
    promise: str


PACKAGES = (
    Package("qemu-system-x86", "/usr/bin/qemu-system-x86_64", "runs virtual machines"),
    Package("qemu-utils", "/usr/bin/qemu-img", "makes their disks"),
    Package("libvirt-daemon", "/usr/sbin/libvirtd", "looks after virtual machines"),
    Package(
        "libvirt-daemon-driver-qemu",
        "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so",
        "libvirt's way to QEMU",
    ),
    Package("libvirt-clients", "/usr/bin/virsh", "the operator's way to libvirt"),
    Package("python3-libvirt", "/usr/lib/python3/dist-packages/libvirt.py", "the agent's way to libvirt"),
    Package("openvswitch-switch", "/usr/sbin/ovs-vswitchd", "switches packets"),
    Package("ovn-central", "/usr/bin/ovn-northd", "OVN's databases"),
    Package("ovn-host", "/usr/bin/ovn-controller", "OVN on this host"),
    Package("genisoimage", "/usr/bin/genisoimage", "makes config drives"),
    Package("iproute2", "/usr/bin/ip", "sets up network devices"),
    Package("ethtool", "/usr/sbin/ethtool", "sets up network devices"),
    Package("nftables", "/usr/sbin/nft", "lets guests reach the world"),
    Package("openssh-client", "/usr/bin/ssh", "logs in to virtual machines"),
    Package("syslinux-common", MASTER_BOOT_CODE, "builds the guest image"),
    *(Package(name, f"/usr/bin/{tool}", "builds the guest image") for tool, name in BUILD_TOOLS.items()),
)
FOR_LAB = (
    Package("mmdebstrap", "/usr/bin/mmdebstrap", "makes a machine for the lab"),
    Package("iperf3", "/usr/bin/iperf3", "measures bandwidth in the lab"),
    Package("tcpdump", "/usr/bin/tcpdump", "looks at packets in the lab"),
    Package("iputils-ping", "/usr/bin/ping", "asks for answers in the lab"),
)
FOR_CONSOLE = (Package("chromium", "/usr/bin/chromium", "looks at the web console in tests"),)
WITH_SYSTEMD = (Package("libvirt-daemon-system", "/usr/lib/systemd/system/libvirtd.service", "libvirt as a service"),)


POSTGRES = (Package("postgresql-15", "/usr/lib/postgresql/15/bin/postgres", "the database of large clouds, for tests"),)
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/haneul-test.conf")
_UNREACHED = ": Failed to fetch "


def wanted() -> tuple[Package, ...]:
    """What a cloud on this machine needs."""
    return PACKAGES + (WITH_SYSTEMD if systemd.is_init() else ())


def missing(wanted: Iterable[Package]) -> list[Package]:
    """The packages whose programs are not here."""
    absent = {package.name: package for package in wanted if not _is_here(package.proof)}
    return list(absent.values())


def ensure_postgres(state: Path, progress: Progress) -> None:
    """PostgreSQL's programs are installed; no server is set up or started by that."""
    if not missing(POSTGRES):
        return
    _NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    _NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        ensure(state, progress, POSTGRES)
    finally:
        _NO_CLUSTER.unlink()


def ensure(state: Path, progress: Progress, wanted: Sequence[Package]) -> None:
    """Every package is installed, and what had to be is noted; raises TroubleError with apt's last words."""
    log = Places(state).log_of("apt")
    absent = missing(wanted)
    if not absent:
        return
    names = [package.name for package in absent]
    if os.geteuid() != 0:
        raise TroubleError(f"These packages are missing: {' '.join(names)}. Run this command as root (sudo).")
    if tools.find_program("apt-get") is None:
        raise TroubleError(f"There is no apt-get here; install what these are elsewhere called: {' '.join(names)}")
    with progress.step(f"installing {len(names)} packages: {', '.join(names)}"):
        # One source of many may be out of order without being needed: what counts is whether the packages come.
        update = _apt(log, "update")
        install = _apt(log, "install", "--no-install-recommends", *names)
        if install.returncode != 0:
            raise TroubleError(_why(names, update, install, log))
    with _note(state).open("a") as note:
        note.writelines(f"{name}\n" for name in names)
    left = [package.name for package in missing(wanted)]
    if left:
        raise TroubleError(f"apt has installed {', '.join(left)}, but their programs are not there: see {log}")


def installed_here(state: Path) -> list[str]:
    """The packages that `haneul up` had to install."""
    note = _note(state)
    return sorted(set(note.read_text().split())) if note.exists() else []


def _note(state: Path) -> Path:
    return state / "installed-packages"


def _apt(log: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none", "LC_ALL": "C"}
    wait = ("-o", "DPkg::Lock::Timeout=300")
    done = tools.attempt("apt-get", "-q", "-y", *wait, *words, env=env, timeout_s=1800)
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("a") as out:
        out.write(f"$ apt-get {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done


def _why(
    names: Sequence[str],
    update: subprocess.CompletedProcess[str],
    install: subprocess.CompletedProcess[str],
    log: Path,
) -> str:
    """What to tell the operator when packages could not be installed."""
    unreached = [line[3:] for line in f"{update.stderr}\n{install.stderr}".splitlines() if _UNREACHED in line]
    if unreached:
        return (
            f"This machine does not reach its package mirror, so these cannot be installed: {' '.join(names)}.\n"
            f"  apt says: {unreached[0]}\n"
            "  Mend the network, or the sources in /etc/apt, until `apt-get update` succeeds; then run this again, "
            f"and it goes on where it stopped. All that apt said is in {log}."
        )
    said = "\n  ".join((install.stderr or install.stdout).strip().splitlines()[-8:])
    return f"apt-get install failed (all of it is in {log}); mend that and run this again:\n  {said}"


def _is_here(proof: str) -> bool:
    """Also where /usr is not merged: /usr/bin/ip is /sbin/ip there."""
    path = Path(proof)
    return path.exists() or (path.parent.name in ("bin", "sbin") and tools.find_program(path.name) is not None)
