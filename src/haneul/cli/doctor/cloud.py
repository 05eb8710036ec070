"""How the cloud on this machine is: daemons, sockets, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from haneul.cli import rest
from haneul.cli.doctor.findings import Finding, fine, weak, wrong
from haneul.cli.machine import libvirt, processes, systemd
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.foundations import centre_of, switch_of
from haneul.cli.machine.programs import CONTROL
from haneul.cli.machine.sockets import answers
from haneul.settings import Settings

_SOON = timedelta(days=14)


def daemons(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether everything runs that is to run."""
    names = keeper.names()
    for name in names:
        if keeper.find(name) is None:
            yield wrong(f"{name} does not run.", f"`haneul logs {name}` says why; `haneul up` starts it.")
        else:
            yield fine(f"{name} runs.")
    if names and not systemd.is_init():
        if processes.recorded(Places(settings.state).pid_of("supervisor")) is None:
            yield wrong("The supervisor does not run: what ends now is not started again.", "haneul up")
        if settings.compute_driver != "fake":
            yield weak("There is no systemd here: after a reboot the cloud stays down.", "Run `haneul up` at boot.")
    if CONTROL in names and keeper.find(CONTROL) is not None and not rest.answers(settings.url):
        yield wrong(f"The control plane runs but does not answer at {settings.url}.", "haneul logs control")


def addresses(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether libvirt, Open vSwitch and OVN answer."""
    if settings.compute_driver == "fake" or not keeper.names():
        return
    private = libvirt.socket_of(settings.state)
    sought = {
        "Open vSwitch's database": switch_of(settings).socket,
        "OVN's northbound database": centre_of(settings).northbound,
        "OVN's southbound database": centre_of(settings).southbound,
        "libvirt": libvirt.DISTRIBUTION_SOCKET if settings.libvirt_uri else private,
    }
    for what, socket in sought.items():
        if answers(socket):
            yield fine(f"{what} answers.")
        else:
            yield wrong(f"{what} does not answer at {socket}.", "haneul up")


def certificates(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether certificates are valid."""
    from cryptography import x509

    now = datetime.now(UTC)
    for path in _certificates(settings.state):
        until = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        if until < now:
            yield wrong(f"The certificate {path} has expired on {until:%Y-%m-%d}.", _RENEWAL)
        elif until < now + _SOON:
            yield weak(f"The certificate {path} expires on {until:%Y-%m-%d}.", _RENEWAL)
        else:
            yield fine(f"The certificate {path.name} is valid until {until:%Y-%m-%d}.")


def privileges(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """As whom guests run."""
    if settings.compute_driver == "fake" or settings.libvirt_uri or not keeper.names():
        return
    yield weak(
        "Guests run as root: without systemd there are neither the distribution's confinement nor its cgroups.",
        "Fine for trying things out; run guests of strangers on a machine with systemd and libvirt-daemon-system.",
    )


_RENEWAL = "Agents renew theirs by themselves: see `haneul logs agent`, and whether the clock is right."


def _certificates(state: Path) -> list[Path]:
    folders = (state / "keys", state / "agent" / "identity")
    return sorted(path for folder in folders for path in folder.rglob("*.crt"))


EXAMINATIONS = (daemons, addresses, certificates, privileges)
