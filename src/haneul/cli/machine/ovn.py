"""OVN: its two databases and northd in the centre, ovn-controller on the host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.cli.machine import tools
from haneul.cli.machine.daemons import Daemon
from haneul.cli.machine.part import Part
from haneul.cli.machine.sockets import answers
from haneul.cli.machine.switch import Switch, make_database
from haneul.cli.machine.waiting import wait_until
from haneul.cli.trouble import TroubleError

_SCHEMAS = Path("/usr/share/ovn")
_QUIET = ("-vsyslog:off", "-vconsole:info")
_PATH = {"PATH": tools.PATH}


@dataclass(frozen=True)
class Centre:
    """Where OVN's databases answer."""

    northbound: Path
    southbound: Path
    folder: Path | None
    """Of the private databases; None where the distribution keeps them."""

    @property
    def is_private(self) -> bool:
        return self.folder is not None


def private(state: Path) -> Centre:
    run = state / "ovn" / "run"
    return Centre(run / "nb.sock", run / "sb.sock", state / "ovn")


def distributions() -> Centre:
    return Centre(Path("/run/ovn/ovnnb_db.sock"), Path("/run/ovn/ovnsb_db.sock"), None)


def central_parts(centre: Centre) -> tuple[Part, ...]:
    """The databases, made first where there are none, then northd."""
    assert centre.folder is not None, "the distribution starts its own"
    run = centre.folder / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    north = _database(centre.folder, "nb", "OVN_Northbound,NB_Global,connections", centre.northbound)
    south = _database(centre.folder, "sb", "OVN_Southbound,SB_Global,connections", centre.southbound)
    control = run / "northd.ctl"
    argv = ("ovn-northd", f"--ovnnb-db=unix:{centre.northbound}", f"--ovnsb-db=unix:{centre.southbound}")
    env = _PATH | {"OVN_RUNDIR": str(run), "OVS_RUNDIR": str(run)}
    northd = Daemon("ovn-northd", (*argv, f"--unixctl={control}", *_QUIET), env)
    return north, south, Part(northd, lambda: answers(control))


def initialise(centre: Centre) -> None:
    """Give both databases their one global row; nothing happens where they have it."""
    tools.call("ovn-nbctl", f"--db=unix:{centre.northbound}", "--timeout=20", "--no-wait", "init")
    tools.call("ovn-sbctl", f"--db=unix:{centre.southbound}", "--timeout=20", "init")


def controller_part(switch: Switch, centre: Centre) -> Part:
    """ovn-controller, ready once this host's chassis stands in the southbound database."""
    argv = ("ovn-controller", f"unix:{switch.socket}", *_QUIET)
    daemon = Daemon("ovn-controller", argv, switch.environment | _PATH)
    return Part(daemon, lambda: chassis_registered(switch, centre))


def chassis_registered(switch: Switch, centre: Centre) -> bool:
    name = chassis_name(switch)
    where = f"--db=unix:{centre.southbound}"
    found = tools.attempt(
        "ovn-sbctl", where, "--timeout=10", "--bare", "--columns=name", "find", "Chassis", f"name={name}"
    )
    return bool(name) and found.stdout.strip() == name


def waits_for_chassis(switch: Switch, centre: Centre, patience_s: float = 10) -> bool:
    """True as soon as somebody's ovn-controller has registered this host; False if nobody does for a while."""
    try:
        wait_until(lambda: chassis_registered(switch, centre), patience_s, "ovn-controller")
    except TroubleError:
        return False
    return True


def chassis_name(switch: Switch) -> str:
    """This host's name in OVN (external_ids:system-id), or nothing."""
    return switch.vsctl("--if-exists", "get", "Open_vSwitch", ".", "external_ids:system-id", wait=False).strip('"')


@dataclass(frozen=True)
class HostIdentity:
    """What ovn-controller is told of this host."""

    hostname: str
    chassis: str
    address: str
    datapath: str
    bridge_mappings: str
    southbound: str


def introduce(switch: Switch, identity: HostIdentity) -> bool:
    """Write this host's identity where ovn-controller reads it; True if that changed anything."""
    wanted = {
        "hostname": identity.hostname,
        "system-id": identity.chassis,
        "ovn-encap-ip": identity.address,
        "ovn-encap-type": "geneve",
        "ovn-remote": identity.southbound,
        "ovn-bridge": "br-int",
        "ovn-bridge-datapath-type": identity.datapath,
        "ovn-bridge-mappings": identity.bridge_mappings,
    }
    switch.vsctl("init", wait=False)
    changed = False
    for key, value in wanted.items():
        column = f"external_ids:{key}"
        if switch.vsctl("--if-exists", "get", "Open_vSwitch", ".", column, wait=False).strip('"') == value:
            continue
        switch.vsctl("set", "Open_vSwitch", ".", f'{column}="{value}"', wait=False)
        changed = True
    return changed


def _database(folder: Path, name: str, connections: str, socket: Path) -> Part:
    path = folder / f"{name}.db"
    if not answers(socket):
        make_database(path, _SCHEMAS / f"ovn-{name}.ovsschema")
    argv = ("ovsdb-server", str(path), f"--remote=punix:{socket}", f"--remote=db:{connections}")
    env = _PATH | {"OVN_RUNDIR": str(folder / "run"), "OVS_RUNDIR": str(folder / "run")}
    control = f"--unixctl={folder}/run/{name}.ctl"
    daemon = Daemon(f"ovn-{name}", (*argv, control, *_QUIET), env)
    return Part(daemon, lambda: answers(socket))
