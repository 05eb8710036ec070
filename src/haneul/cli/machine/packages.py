"""What has to be installed from Debian, and installing it."""

from __future__ import annotations

import os
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
_WITH_SYSTEMD = (Package("libvirt-daemon-system", "/usr/lib/systemd/system/libvirtd.service", "libvirt as a service"),)


POSTGRES = (Package("postgresql-15", "/usr/lib/postgresql/15/bin/postgres", "the database of large clouds, for tests"),)
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/haneul-test.conf")


def missing(wanted: tuple[Package, ...] | None = None) -> list[Package]:
    """The packages whose programs are not here; of those that a cloud needs, unless others are named."""
    if wanted is None:
        wanted = PACKAGES + (_WITH_SYSTEMD if systemd.is_init() else ())
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


def ensure(state: Path, progress: Progress, wanted: tuple[Package, ...] | None = None) -> None:
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
        _apt(log, "update")
        _apt(log, "install", "--no-install-recommends", *names)
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


def _apt(log: Path, *words: str) -> None:
    env = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none"}
    wait = ("-o", "DPkg::Lock::Timeout=300")
    done = tools.attempt("apt-get", "-q", "-y", *wait, *words, env=env, timeout_s=1800)
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("a") as out:
        out.write(f"$ apt-get {' '.join(words)}\n{done.stdout}{done.stderr}")
    if done.returncode != 0:
        words_of_apt = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise TroubleError(f"apt-get {words[0]} failed (all of it is in {log}):\n  {words_of_apt}")


def _is_here(proof: str) -> bool:
    """Also where /usr is not merged: /usr/bin/ip is /sbin/ip there."""
    path = Path(proof)
    return path.exists() or (path.parent.name in ("bin", "sbin") and tools.find_program(path.name) is not None)
