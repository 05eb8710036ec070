"""What the cloud stands on here: Open vSwitch, OVN and libvirt, each the distribution's or a private one."""

from __future__ import annotations

import socket
from ipaddress import IPv4Network
from pathlib import Path

from haneul import settings as settings_module
from haneul.cli.machine import bridges, datapath, facts, libvirt, ovn, probe, switch, systemd, tools
from haneul.cli.machine.daemons import Keeper, Places
from haneul.cli.machine.ovn import Centre, HostIdentity
from haneul.cli.machine.part import Part
from haneul.cli.machine.programs import BRIDGES
from haneul.cli.machine.sockets import answers
from haneul.cli.machine.switch import Switch
from haneul.cli.machine.waiting import wait_until
from haneul.cli.progress import Progress
from haneul.settings import Settings

_CONTROLLER = "ovn-controller"
_CONTROLLER_SAYS = "See `journalctl -u ovn-controller` and /var/log/ovn/ovn-controller.log."


class Foundations:
    """Starts what is not running, in the order in which one stands on the other."""

    def __init__(self, settings: Settings, keeper: Keeper, progress: Progress) -> None:
        self._settings = settings
        self._keeper = keeper
        self._progress = progress
        self._places = Places(settings.state)
        self.switch = switch_of(settings)
        self.centre = centre_of(settings)

    def ensure(self) -> None:
        """Raises TroubleError with what stands in the way."""
        self._ensure_switch()
        self._ensure_centre()
        self._ensure_controller()
        self._ensure_external()
        self._ensure_libvirt()

    def _ensure_switch(self) -> None:
        if not self.switch.is_private:
            systemd.ensure_service("openvswitch-switch", self.switch.socket, self._progress)
            return
        for part in (switch.database_part(self.switch), switch.daemon_part(self.switch)):
            self._start(part, "Open vSwitch")

    def _ensure_centre(self) -> None:
        if not self.centre.is_private:
            systemd.ensure_service("ovn-central", self.centre.northbound, self._progress)
            return
        for part in ovn.central_parts(self.centre):
            if part.daemon.name == "ovn-northd":
                ovn.initialise(self.centre)
            self._start(part, "OVN")

    def introduce_host(self) -> None:
        """Who this host is, where ovn-controller reads it; at boot Open vSwitch writes the host's name its own way."""
        settings = self._settings
        identity = HostIdentity(
            hostname=socket.gethostname(),
            chassis=ovn.chassis_name(self.switch) or socket.gethostname(),
            address=settings.host_address,
            datapath=settings.datapath,
            bridge_mappings=f"{settings.external_physical_network}:{bridges.EXTERNAL}",
            southbound=settings.southbound,
        )
        if ovn.introduce(self.switch, identity):
            self._progress.change(f"told ovn-controller who this host is: {identity.chassis}")

    def _ensure_controller(self) -> None:
        self.introduce_host()
        if not self.switch.is_private:
            systemd.ensure_service("ovn-host", None, self._progress)
            if systemd.is_init():
                wait_until(self._has_chassis, 60, "ovn-controller to register this host", _CONTROLLER_SAYS)
                return
            if self._keeper.find(_CONTROLLER) is None and ovn.waits_for_chassis(self.switch, self.centre):
                return
        self._start(ovn.controller_part(self.switch, self.centre), "OVN's controller of this host")

    def _has_chassis(self) -> bool:
        return ovn.chassis_registered(self.switch, self.centre)

    def _ensure_external(self) -> None:
        self.open_external()
        argv = tools.haneul_argv("bridges", "--state", str(self._settings.state))
        if self._keeper.at_boot(BRIDGES, argv):
            self._progress.change("the external network comes back after a reboot")

    def open_external(self) -> None:
        """The host's own address on the external network, and the way out to the world."""
        settings = self._settings
        address = bridges.external_address(settings)
        if bridges.ensure_external(self.switch, settings.datapath, address):
            self._progress.change(f"gave {bridges.EXTERNAL} the address {address}")
        if not settings.masquerade:
            return
        way_out = bridges.ensure_way_out(IPv4Network(settings.external_cidr), settings.state)
        if not way_out.works:
            self._progress.note(f"guests do not reach the world beyond this host: {way_out.why}")
        elif way_out.changed:
            self._progress.change(f"guests reach the world: {way_out.why}")

    def _ensure_libvirt(self) -> None:
        if self._settings.libvirt_uri:
            systemd.ensure_service("libvirtd", libvirt.DISTRIBUTION_SOCKET, self._progress)
            _let_through(self._settings.state, self._settings.state / "agent")
            return
        self._start(libvirt.private_part(self._settings.state), "libvirt")

    def _start(self, part: Part, what: str) -> None:
        if part.start(self._keeper, self._places):
            self._progress.change(f"started {what} ({part.daemon.name})")


def _let_through(*folders: Path) -> None:
    """Guests do not run as root under the distribution's libvirt: they pass through to their disks, and see no more."""
    for folder in folders:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)


def study(state: Path, progress: Progress) -> Settings:
    """Find out what this machine has, once, and note it; the settings with what was found."""
    known = settings_module.read(state)
    if known.datapath:
        return known
    facts.learn(state, datapath=datapath.choose())
    facts.learn(state, host_address=bridges.main_address())
    for name, socket_path, value in _distributions():
        if answers(socket_path) or systemd.is_init():
            facts.learn(state, **{name: value})
    progress.change("looked at what this machine has")
    return settings_module.read(state)


def study_processor(state: Path, progress: Progress) -> Settings:
    """Find out, once, whether KVM runs guests, and note it; takes seconds."""
    if not settings_module.read(state).accelerator:
        chosen = probe.choose()
        facts.learn(state, accelerator=chosen)
        words = {"kvm": "KVM runs guests", "tcg": "KVM does not run guests here: they are emulated, slowly"}
        progress.change(words[chosen])
    return settings_module.read(state)


def switch_of(settings: Settings) -> Switch:
    """Open vSwitch of this host, as the settings have it."""
    return switch.distributions() if settings.ovs_db else switch.private(settings.state)


def centre_of(settings: Settings) -> Centre:
    """OVN's databases, as the settings have it."""
    return ovn.distributions() if settings.ovn_nb else ovn.private(settings.state)


def _distributions() -> list[tuple[str, Path, str]]:
    central, host = ovn.distributions(), switch.distributions()
    return [
        ("ovn_nb", central.northbound, f"unix:{central.northbound}"),
        ("ovn_sb", central.southbound, f"unix:{central.southbound}"),
        ("ovs_db", host.socket, f"unix:{host.socket}"),
        ("libvirt_uri", libvirt.DISTRIBUTION_SOCKET, "qemu:///system"),
    ]
