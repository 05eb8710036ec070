"""What servers may leave behind on the machine and in the databases."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from tests.lab.cloud import LabCloud

_ROWS = {
    "Logical_Switch": "name",
    "Logical_Switch_Port": "name",
    "Logical_Router_Port": "name",
    "NAT": "external_ip",
    "Port_Group": "name",
    "DHCP_Options": "cidr",
}
"""Tables of OVN's northbound database, and a column that tells their rows apart."""
_FOLDERS = ("agent/disks", "agent/guests", "agent/journal/guests", "images/drafts", "libvirt/etc/qemu")


@dataclass(frozen=True)
class World:
    """A look at the real things; two looks can be compared."""

    guests: tuple[str, ...]
    """Processes of QEMU."""
    files: tuple[str, ...]
    """Disks, folders and definitions of guests, unfinished uploads."""
    devices: tuple[str, ...]
    namespaces: tuple[str, ...]
    switch_ports: tuple[str, ...]
    """Of Open vSwitch."""
    rows: tuple[str, ...]
    """Of OVN."""
    ports: tuple[str, ...]
    """Of servers, as the network API has them."""
    claims: tuple[str, ...]
    """Who holds room on hosts."""

    def beyond(self, other: World) -> list[str]:
        """What is here and was not there."""
        return [
            f"{field.name}: {thing}"
            for field in fields(self)
            for thing in sorted(set(getattr(self, field.name)) - set(getattr(other, field.name)))
        ]


def look(cloud: LabCloud) -> World:
    state, run = cloud.machine.state, cloud.machine.ok
    guests = run("cat /proc/[0-9]*/cmdline | tr '\\0,' '\\n' | grep -x 'guest=haneul-[0-9a-f-]*' || true")
    lists = " -- ".join(f"--columns={column} list {table}" for table, column in _ROWS.items())
    ports = cloud.admin.ask("GET", "/network/v2.0/ports")["ports"]
    return World(
        guests=_lines(guests),
        files=tuple(sorted(str(path.relative_to(state)) for path in _things(state))),
        devices=_lines(run("ls /sys/class/net")),
        namespaces=_lines(run("ip netns list")),
        switch_ports=_lines(run(f"ovs-vsctl --no-wait --db=unix:{state}/ovs/run/db.sock list-ports br-int")),
        rows=_lines(run(f"ovn-nbctl --db=unix:{state}/ovn/run/nb.sock --bare {lists}")),
        ports=tuple(sorted(port["id"] for port in ports if port["device_owner"].startswith("compute:"))),
        claims=_claims(cloud),
    )


def _things(state: Path) -> list[Path]:
    return [path for folder in _FOLDERS for path in (state / folder).glob("*") if path.name != "networks"]


def _claims(cloud: LabCloud) -> tuple[str, ...]:
    providers = cloud.admin.ask("GET", "/placement/resource_providers")["resource_providers"]
    paths = [f"/placement/resource_providers/{each['uuid']}/allocations" for each in providers]
    return tuple(sorted(holder for path in paths for holder in cloud.admin.ask("GET", path)["allocations"]))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(sorted(line for line in text.splitlines() if line))
