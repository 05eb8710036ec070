"""Daemons kept by systemd, where it is the init of this machine."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from haneul.cli.machine import processes, tools
from haneul.cli.machine.daemons import Daemon, Places
from haneul.cli.machine.processes import Process
from haneul.cli.machine.sockets import answers
from haneul.cli.machine.waiting import wait_until
from haneul.cli.progress import Progress

_UNITS = Path("/etc/systemd/system")
_BEHIND = {
    "openvswitch-switch": ("ovsdb-server", "ovs-vswitchd"),
    "ovn-central": ("ovn-ovsdb-server-nb", "ovn-ovsdb-server-sb", "ovn-northd"),
    "ovn-host": ("ovn-controller",),
    "libvirtd": (),
}
"""The distribution's services, and what does their work: the services themselves only stand for it."""
_BEFORE = ("ovs-record-hostname", "libvirt-guests")
"""The first writes the host's name into Open vSwitch at boot; `haneul bridges` has the last word. The second shuts
guests down with the machine: later than the agent ends, which would take it for their owners' doing."""


def is_init() -> bool:
    """True where systemd runs this machine (sd_booted(3)) and we may tell it what to do."""
    return Path("/run/systemd/system").is_dir() and os.geteuid() == 0


def ensure_service(name: str, socket: Path | None, progress: Progress) -> None:
    """A service of the distribution is enabled, runs with all that works for it, and answers on its socket."""
    if not is_init():
        return
    idle = [unit for unit in (name, *_BEHIND[name]) if state_of(unit) != "active"]
    if idle:
        tools.call("systemctl", "enable", "--now", "--quiet", name, timeout_s=90)
        tools.call("systemctl", "start", *idle, timeout_s=90)
        progress.change(f"started the distribution's {name}")
    if socket is not None:
        wait_until(lambda: answers(socket), 30, f"{name} to answer on {socket}", f"See `journalctl -u {name}`.")


def state_of(name: str) -> str:
    """As systemd calls it; a service that its socket starts when somebody calls counts as active."""
    states = tools.attempt("systemctl", "is-active", name, f"{name}.socket").stdout.split()
    return "active" if "active" in states else (states or ["unknown"])[0]


def services() -> list[str]:
    """The distribution's services that do the work."""
    return [unit for name, behind in _BEHIND.items() for unit in behind or (name,)]


class Systemd:
    """The Keeper of machines that systemd runs: a unit for each daemon."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def ensure(self, daemon: Daemon) -> bool:
        path = self._file(daemon.name)
        text = self._unit(daemon)
        is_new = not path.exists() or path.read_text() != text
        was_running = self.find(daemon.name) is not None
        if is_new:
            _install(path, text)
        if is_new or not was_running:
            tools.call("systemctl", "restart", path.name, timeout_s=90)
        return is_new or not was_running

    def stop(self, name: str) -> bool:
        path = self._file(name)
        if not path.exists():
            return False
        tools.call("systemctl", "disable", "--now", "--quiet", path.name, timeout_s=90)
        path.unlink()
        tools.call("systemctl", "daemon-reload", timeout_s=60)
        return True

    def find(self, name: str) -> Process | None:
        shown = tools.attempt("systemctl", "show", "--property=MainPID", "--value", self._file(name).name).stdout
        pid = int(shown.strip() or 0)
        return processes.find_process(pid) if pid else None

    def names(self) -> list[str]:
        found = sorted(path for path in _UNITS.glob("haneul-*.service") if "Type=oneshot" not in path.read_text())
        return [path.name.removeprefix("haneul-").removesuffix(".service") for path in found]

    def at_boot(self, name: str, argv: tuple[str, ...]) -> bool:
        path = self._file(name)
        environment = "".join(f'Environment="{key}={value}"\n' for key, value in sorted(tools.ENVIRONMENT.items()))
        text = (
            f"[Unit]\nDescription=Haneul: {name}\n{_after()}PartOf=ovs-vswitchd.service\n\n"
            f"[Service]\nType=oneshot\nRemainAfterExit=yes\n{environment}ExecStart={shlex.join(argv)}\n\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )
        if path.exists() and path.read_text() == text:
            return False
        _install(path, text)
        tools.call("systemctl", "restart", path.name, timeout_s=90)
        return True

    def close(self) -> None:
        """Nothing of systemd is Haneul's own."""

    def _file(self, name: str) -> Path:
        return _UNITS / f"haneul-{name}.service"

    def _unit(self, daemon: Daemon) -> str:
        log = self._places.log_of(daemon.name)
        environment = "".join(f'Environment="{key}={value}"\n' for key, value in sorted(daemon.env.items()))
        return (
            f"[Unit]\nDescription=Haneul: {daemon.name}\n"
            f"{_after(*daemon.after)}StartLimitIntervalSec=0\n\n"
            f"[Service]\n{environment}ExecStart={shlex.join(daemon.argv)}\n"
            "Restart=always\nRestartSec=0.5\nKillMode=process\nTimeoutStopSec=30\n"
            f"StandardOutput=append:{log}\nStandardError=append:{log}\n\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )


def _after(*names: str) -> str:
    """Started later than what it stands on, and ended earlier."""
    foundations = [unit for name, behind in _BEHIND.items() for unit in (name, *behind)]
    own = [f"haneul-{name}" for name in names]
    units = " ".join(f"{unit}.service" for unit in (*foundations, *_BEFORE, *own))
    return f"After=network-online.target {units}\nWants=network-online.target\n"


def _install(path: Path, text: str) -> None:
    path.write_text(text)
    tools.call("systemctl", "daemon-reload", timeout_s=60)
    tools.call("systemctl", "enable", "--quiet", path.name, timeout_s=60)
