"""libvirt on this host: the distribution's where it runs, else a private one that shares nothing with it.

A private libvirtd sees its own /etc/libvirt, /run/libvirt, /var/lib/libvirt ...: folders of the state directory,
bound over those paths in a mount namespace of its own. So no file of the distribution is touched, several
clouds get along on one machine, and a libvirtd that was restarted finds the guests of its forerunner.
"""

from __future__ import annotations

import contextlib
import shlex
import uuid
from pathlib import Path

from haneul.cli.machine import tools
from haneul.cli.machine.daemons import Daemon
from haneul.cli.machine.part import Part
from haneul.cli.machine.sockets import answers

DISTRIBUTION_SOCKET = Path("/run/libvirt/libvirt-sock")
_DRIVERS = Path("/usr/lib/x86_64-linux-gnu/libvirt/connection-driver")
_WANTED_DRIVERS = ("libvirt_driver_qemu.so", "libvirt_driver_secret.so")
_GUEST_USER = "libvirt-qemu"
_BOUND = {
    "etc": "/etc/libvirt",
    "run-libvirt": "/run/libvirt",
    "lib": "/var/lib/libvirt",
    "log": "/var/log/libvirt",
    "cache": "/var/cache/libvirt",
}


def socket_of(state: Path) -> Path:
    return state / "libvirt" / "run" / "libvirt-sock"


def uri_of(state: Path) -> str:
    return f"qemu+unix:///system?socket={socket_of(state)}"


def private_part(state: Path) -> Part:
    """A private libvirtd, its folders and configuration made first."""
    _ensure_user()
    folder = state / "libvirt"
    for name in (*_BOUND, "run", "drivers"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / "etc" / "libvirtd.conf", _libvirtd_conf(folder))
    _write(folder / "etc" / "qemu.conf", _QEMU_CONF)
    _link_drivers(folder / "drivers")
    daemon = Daemon("libvirt", ("unshare", "--mount", "--", "sh", "-ec", _script(folder)), _environment(folder))
    return Part(daemon, lambda: answers(socket_of(state)))


def remove_mount_points() -> None:
    """The folders under the private ones are gone, where nobody else has put anything into them."""
    for target in _BOUND.values():
        with contextlib.suppress(OSError):
            Path(target).rmdir()


def _ensure_user() -> None:
    """libvirtd does not start without the user and group that Debian builds it with, also where it uses neither."""
    for kind, name in (("group", "kvm"), ("group", _GUEST_USER)):
        if tools.attempt("getent", kind, name).returncode != 0:
            tools.call("groupadd", "--system", name)
    if tools.attempt("getent", "passwd", _GUEST_USER).returncode != 0:
        how = ("--system", "--no-create-home", "--home-dir", "/var/lib/libvirt", "--shell", "/usr/sbin/nologin")
        tools.call("useradd", *how, "--gid", _GUEST_USER, "--groups", "kvm", _GUEST_USER)


def _script(folder: Path) -> str:
    lines = []
    for name, target in _BOUND.items():
        lines.append(f"mkdir -p {target}")
        lines.append(f"mount --bind {shlex.quote(str(folder / name))} {target}")
    config, pidfile = folder / "etc" / "libvirtd.conf", folder / "run" / "libvirtd.pid"
    lines.append(f"exec libvirtd --config {shlex.quote(str(config))} --pid-file {shlex.quote(str(pidfile))}")
    return "; ".join(lines)


def _environment(folder: Path) -> dict[str, str]:
    env = {"PATH": tools.PATH}
    if any((folder / "drivers").iterdir()):
        env["LIBVIRT_DRIVER_DIR"] = str(folder / "drivers")
    return env


def _link_drivers(folder: Path) -> None:
    """Only the drivers that are needed: libvirtd starts faster and leaves the host's networks alone."""
    for name in _WANTED_DRIVERS:
        link = folder / name
        if not link.exists() and (_DRIVERS / name).exists():
            link.unlink(missing_ok=True)
            link.symlink_to(_DRIVERS / name)


def _libvirtd_conf(folder: Path) -> str:
    host_uuid = folder / "host-uuid"
    if not host_uuid.exists():
        _write(host_uuid, f"{uuid.uuid4()}\n")
    return f"""# Written by haneul up; changes are overwritten.
host_uuid = "{host_uuid.read_text().strip()}"
unix_sock_dir = "{folder / "run"}"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:stderr"
keepalive_interval = 5
"""


_QEMU_CONF = """# Written by haneul up; changes are overwritten.
# For a machine without systemd: no cgroups to place guests in, and no security driver of the distribution.
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
vnc_listen = "127.0.0.1"
"""


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text)
    draft.chmod(0o600)
    draft.replace(path)
