"""Haneul's own two programs as daemons: the control plane and this host's agent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

import haneul
from haneul.cli import rest
from haneul.cli.machine import sockets
from haneul.cli.machine.daemons import Daemon
from haneul.cli.machine.part import Part
from haneul.cli.machine.tools import ENVIRONMENT, haneul_argv
from haneul.settings import Settings

CONTROL = "control"
AGENT = "agent"
BRIDGES = "bridges"
"""What runs at boot to give the host its place on the external network again."""


def control_part(settings: Settings) -> Part:
    """The control plane, ready once it answers over HTTP."""
    argv = haneul_argv("serve", "--state", str(settings.state))
    without_guests = msgspec.structs.replace(settings, accelerator="")
    return Part(Daemon(CONTROL, argv, _environment(without_guests)), lambda: rest.answers(settings.url), timeout_s=240)


def agent_part(settings: Settings, admin: rest.Rest, hostname: str) -> Part:
    """This host's agent, ready once the control plane counts the host as up."""
    argv = haneul_argv("agent", "--state", str(settings.state))
    daemon = Daemon(AGENT, argv, _environment(settings), after=(CONTROL, BRIDGES))
    return Part(daemon, lambda: host_is_up(admin, hostname), timeout_s=240)


def host_is_up(admin: rest.Rest, hostname: str) -> bool:
    services = admin.get("/compute/v2.1/os-services", binary="nova-compute")["services"]
    return any(row["host"] == hostname and row["state"] == "up" for row in services)


def taken_ports(settings: Settings) -> list[tuple[str, int]]:
    """The control plane's ports on which somebody listens: the setting's name, and the port."""
    ports = (
        ("port", settings.listen_host, settings.port),
        ("agent_port", settings.agent_listen_host, settings.agent_port),
        ("metrics_port", settings.metrics_host, settings.metrics_port),
    )
    return [(name, port) for name, host, port in ports if port and sockets.port_taken(host, port)]


def has_joined(settings: Settings) -> bool:
    """True if this machine's agent has been given its certificate."""
    return (settings.state / "agent" / "identity" / "ca.crt").exists()


def _environment(settings: Settings) -> dict[str, str]:
    """A release or settings of another kind make another daemon: `up` then starts it anew."""
    return ENVIRONMENT | {"HANEUL_RELEASE": _fingerprint(settings)}


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(repr(settings).encode())
    source = Path(haneul.__file__).parent
    for path in sorted(source.rglob("*.py")):
        if "cli" not in path.relative_to(source).parts[:1]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
