"""Open vSwitch on this host: the distribution's where it runs, else a private one in the state directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.cli.machine import tools
from haneul.cli.machine.daemons import Daemon
from haneul.cli.machine.part import Part
from haneul.cli.machine.sockets import answers

SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
DISTRIBUTION_RUN = Path("/run/openvswitch")


@dataclass(frozen=True)
class Switch:
    """Where Open vSwitch has its files."""

    run: Path
    database: Path | None
    """The file of a private database; None where the distribution keeps it."""

    @property
    def socket(self) -> Path:
        return self.run / "db.sock"

    @property
    def is_private(self) -> bool:
        return self.database is not None

    def vsctl(self, *words: str, wait: bool = True) -> str:
        """Ask for a change or a fact; waits for ovs-vswitchd to have made the change, unless told not to."""
        how = () if wait else ("--no-wait",)
        return tools.call("ovs-vsctl", f"--db=unix:{self.socket}", "--timeout=20", *how, *words).strip()

    @property
    def environment(self) -> dict[str, str]:
        """By which the daemons of Open vSwitch and ovn-controller find each other."""
        run = str(self.run)
        return {"OVS_RUNDIR": run, "OVN_RUNDIR": run, "OVS_LOGDIR": run, "OVN_LOGDIR": run, "OVS_DBDIR": run}


def private(state: Path) -> Switch:
    return Switch(run=state / "ovs" / "run", database=state / "ovs" / "conf.db")


def distributions() -> Switch:
    return Switch(run=DISTRIBUTION_RUN, database=None)


def database_part(switch: Switch) -> Part:
    """The private switch's database, made first where there is none."""
    assert switch.database is not None, "the distribution starts its own"
    make_database(switch.database, SCHEMA)
    switch.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    argv = (
        "ovsdb-server",
        str(switch.database),
        f"--remote=punix:{switch.socket}",
        f"--unixctl={switch.run}/ovsdb.ctl",
    )
    daemon = Daemon("ovs-db", (*argv, "-vsyslog:off", "-vconsole:info"), switch.environment | _PATH)
    return Part(daemon, lambda: answers(switch.socket))


def daemon_part(switch: Switch) -> Part:
    """The private switch itself."""
    control = switch.run / "vswitchd.ctl"
    argv = ("ovs-vswitchd", f"unix:{switch.socket}", f"--unixctl={control}", "--no-chdir")
    daemon = Daemon("ovs-switch", (*argv, "-vsyslog:off", "-vconsole:info"), switch.environment | _PATH)
    return Part(daemon, lambda: answers(control))


def make_database(path: Path, schema: Path) -> None:
    """A database of this schema: created if there is none, brought up to the schema if it is older."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        tools.call("ovsdb-tool", "create", str(path), str(schema))
    elif tools.call("ovsdb-tool", "needs-conversion", str(path), str(schema)).strip() == "yes":
        tools.call("ovsdb-tool", "convert", str(path), str(schema))


_PATH = {"PATH": tools.PATH}
