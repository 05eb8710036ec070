"""Taking from this machine what the cloud has put on it."""

from __future__ import annotations

import json
from pathlib import Path

from haneul.cli.machine import ovn, processes, systemd, tools
from haneul.cli.machine.bridges import EXTERNAL
from haneul.cli.machine.daemons import Keeper
from haneul.cli.machine.ovn import Centre
from haneul.cli.machine.sockets import answers
from haneul.cli.machine.switch import Switch
from haneul.settings import Settings

_INTEGRATION = "br-int"
_USERSPACE = "ovs-netdev"
"""The device of Open vSwitch's own datapath."""
_DOMAIN_PREFIX = "haneul-"
_LOGS = Path("/var/log/libvirt/qemu")
"""Where the distribution's libvirt keeps what guests' emulators said, also of guests that are long gone."""
_NAMESPACE_PREFIX = "haneul-"
_TAG = "haneul:"
_ROOTS = ("Logical_Router", "Logical_Switch", "Port_Group", "DHCP_Options", "Address_Set", "Load_Balancer")
"""The northbound tables whose rows go only when they are removed; all others go with these."""
_KEYS = (
    "ovn-remote",
    "ovn-bridge",
    "ovn-bridge-datapath-type",
    "ovn-bridge-mappings",
    "ovn-encap-ip",
    "ovn-encap-type",
)


def remove_guests(settings: Settings, keeper: Keeper) -> int:
    """Every guest of the cloud is switched off and forgotten; how many there were."""
    if settings.libvirt_uri:
        return _remove_domains(settings.libvirt_uri)
    keeper.stop("libvirt")
    folder = settings.state / "libvirt"
    for pidfile in (folder / "run-libvirt" / "qemu").glob("*.pid"):
        _end_emulator(pidfile)
    return len(list((folder / "etc" / "qemu").glob("*.xml")))


def stop_controller(switch: Switch, keeper: Keeper) -> None:
    """ovn-controller ends, before all else: it would register this host and make its bridge anew."""
    keeper.stop("ovn-controller")
    if not switch.is_private and systemd.is_init():
        tools.attempt("systemctl", "stop", "ovn-host", timeout_s=60)


def remove_devices(switch: Switch, keeper: Keeper) -> int:
    """Taps, the metadata service's namespaces and the bridges are gone; how many ports there were.

    A private Open vSwitch stops last, since it leaves the devices of its bridges behind.
    """
    ports: list[str] = []
    if answers(switch.socket):
        bridges = [name for name in (_INTEGRATION, EXTERNAL) if name in switch.vsctl("list-br", wait=False).split()]
        if _INTEGRATION in bridges:
            ports = switch.vsctl("list-ports", _INTEGRATION, wait=False).split()
        for bridge in bridges:
            switch.vsctl("--if-exists", "del-br", bridge, wait=False)
    for namespace in _namespaces():
        tools.call("ip", "netns", "delete", namespace)
    for name in ("ovs-switch", "ovs-db"):
        keeper.stop(name)
    leftovers = {*ports, _INTEGRATION, EXTERNAL, *([_USERSPACE] if switch.is_private else [])}
    for device in leftovers & set(_devices()):
        tools.attempt("ip", "link", "delete", device)
    return len(ports)


def empty_centre(centre: Centre, switch: Switch) -> None:
    """The distribution's OVN and Open vSwitch forget the cloud's networks and this host."""
    for table in _ROOTS:
        ours = _tagged(centre, table)
        if ours:
            tools.call("ovn-nbctl", f"--db=unix:{centre.northbound}", "--timeout=20", "destroy", table, *ours)
    chassis = ovn.chassis_name(switch)
    if chassis:
        tools.attempt("ovn-sbctl", f"--db=unix:{centre.southbound}", "--timeout=20", "chassis-del", chassis)
    for key in _KEYS:
        switch.vsctl("remove", "Open_vSwitch", ".", "external_ids", key, wait=False)


def _tagged(centre: Centre, table: str) -> list[str]:
    """The rows of a table that bear the cloud's tag; ovn-nbctl's JSON has a map as ["map", [[key, value], ...]]."""
    columns = ("--format=json", "--columns=_uuid,external_ids")
    said = tools.call("ovn-nbctl", f"--db=unix:{centre.northbound}", "--timeout=20", *columns, "list", table)
    rows = json.loads(said)["data"]
    return [str(row[0][1]) for row in rows if any(key.startswith(_TAG) for key, _ in row[1][1])]


def _remove_domains(uri: str) -> int:
    names = tools.call("virsh", "-c", uri, "list", "--all", "--name").split()
    ours = [name for name in names if name.startswith(_DOMAIN_PREFIX)]
    for name in ours:
        tools.attempt("virsh", "-c", uri, "destroy", name)
        tools.call("virsh", "-c", uri, "undefine", "--managed-save", "--nvram", name)
    for log in _LOGS.glob(f"{_DOMAIN_PREFIX}*.log*"):
        log.unlink()
    return len(ours)


def _end_emulator(pidfile: Path) -> None:
    """Switch a guest off; libvirt's own pidfile for libvirtd's helpers is no guest's."""
    text = pidfile.read_text().strip()
    process = processes.find_process(int(text)) if text.isdigit() else None
    if process is None:
        return
    command = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    if b"qemu-system" in command and pidfile.stem.encode() in command:
        process.end()


def _namespaces() -> list[str]:
    found = json.loads(tools.call("ip", "-json", "netns", "list") or "[]")
    return [row["name"] for row in found if row["name"].startswith(_NAMESPACE_PREFIX)]


def _devices() -> list[str]:
    return [link["ifname"] for link in json.loads(tools.call("ip", "-json", "link", "show") or "[]")]
