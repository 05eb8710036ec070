"""The host's side of the external network: br-ex with the gateway's address, and the way out to the world."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from haneul.cli.machine import tools
from haneul.cli.machine.switch import Switch
from haneul.cli.machine.waiting import wait_until
from haneul.settings import Settings

EXTERNAL = "br-ex"
TABLE = "haneul"
_FORWARDING = "forwarding-enabled"


def external_address(settings: Settings) -> IPv4Interface:
    """The address with prefix length that this host has on br-ex."""
    network = IPv4Network(settings.external_cidr)
    return IPv4Interface(f"{settings.external_gateway}/{network.prefixlen}")


def ensure_external(switch: Switch, datapath: str, address: IPv4Interface) -> bool:
    """br-ex exists, is up and has the gateway's address; True if that changed anything."""
    changed = False
    if EXTERNAL not in switch.vsctl("list-br", wait=False).split():
        switch.vsctl("add-br", EXTERNAL, "--", "set", "bridge", EXTERNAL, f"datapath_type={datapath}")
        changed = True
    wait_until(lambda: _exists(EXTERNAL), 20, f"the device {EXTERNAL} to appear", "See `haneul logs ovs-switch`.")
    if str(address) not in addresses(EXTERNAL):
        tools.call("ip", "address", "replace", str(address), "dev", EXTERNAL)
        changed = True
    if not _is_up(EXTERNAL):
        tools.call("ip", "link", "set", EXTERNAL, "up")
        changed = True
    return changed


def addresses(device: str) -> list[str]:
    """The IPv4 addresses of a device, with prefix length."""
    found = json.loads(tools.call("ip", "-json", "-4", "address", "show", "dev", device) or "[]")
    return [f"{row['local']}/{row['prefixlen']}" for link in found for row in link.get("addr_info", [])]


@dataclass(frozen=True)
class WayOut:
    """Whether guests reach the world behind this host, and if not, why."""

    works: bool
    why: str
    changed: bool = False


def ensure_way_out(network: IPv4Network, state: Path) -> WayOut:
    """Masquerade the external network behind this host's addresses (a table of nf_tables of its own).

    Devices that have to be told to forward are noted in the state directory, for `remove_way_out`.
    """
    uplinks = default_devices()
    if not uplinks:
        return WayOut(False, "this host has no default route, so there is no world to reach")
    if tools.find_program("nft") is None:
        return WayOut(False, "the program nft is missing (package nftables)")
    rules = _rules(network)
    changed = False
    if not _table_holds(network):
        done = tools.attempt("nft", rules)
        if done.returncode != 0:
            return WayOut(False, f"nf_tables refused the rules: {done.stderr.strip().splitlines()[0]}")
        changed = True
    for device in (EXTERNAL, *uplinks):
        changed |= _forward(device, state)
    return WayOut(True, f"masqueraded behind {', '.join(uplinks)}", changed)


def remove_way_out(state: Path) -> None:
    """The table is gone, and devices forward only if they did before."""
    if tools.find_program("nft") is not None:
        tools.attempt("nft", f"delete table ip {TABLE}")
    note = state / _FORWARDING
    for device in note.read_text().split() if note.exists() else []:
        switch = _forwarding_of(device)
        if switch.exists():
            switch.write_text("0\n")
    note.unlink(missing_ok=True)


def default_devices() -> list[str]:
    """The devices that this host's default routes lead through."""
    routes = json.loads(tools.call("ip", "-json", "-4", "route", "show", "default") or "[]")
    return sorted({route["dev"] for route in routes if "dev" in route})


def routes() -> list[tuple[str, IPv4Network]]:
    """Where this host sends packets: device and network."""
    found = json.loads(tools.call("ip", "-json", "-4", "route", "show") or "[]")
    rows = [(str(route.get("dev", "")), str(route["dst"])) for route in found]
    return [(device, IPv4Network("0.0.0.0/0" if target == "default" else target)) for device, target in rows]


def mtu(device: str) -> int:
    """The longest packet that the device carries, in bytes."""
    return int(json.loads(tools.call("ip", "-json", "link", "show", "dev", device))[0]["mtu"])


def main_address() -> str:
    """The address by which this host is seen from elsewhere; loopback where it has no other."""
    for device in default_devices():
        for address in addresses(device):
            return address.partition("/")[0]
    return "127.0.0.1"


def _rules(network: IPv4Network) -> str:
    chain = "type nat hook postrouting priority srcnat; policy accept;"
    rule = f'ip saddr {network} oifname != "{EXTERNAL}" masquerade;'
    return f"add table ip {TABLE}; flush table ip {TABLE}; table ip {TABLE} {{ chain out {{ {chain} {rule} }}; }}"


def _table_holds(network: IPv4Network) -> bool:
    listed = tools.attempt("nft", "list", "table", "ip", TABLE).stdout
    return f"ip saddr {network}" in listed and "masquerade" in listed


def _forward(device: str, state: Path) -> bool:
    """Let the kernel forward what comes in by this device: less than ip_forward, which is for all of them."""
    switch, note = _forwarding_of(device), state / _FORWARDING
    if switch.read_text().strip() == "1":
        return False
    with note.open("a") as noted:
        noted.write(f"{device}\n")
    switch.write_text("1\n")
    return True


def _forwarding_of(device: str) -> Path:
    return Path(f"/proc/sys/net/ipv4/conf/{device}/forwarding")


def _exists(device: str) -> bool:
    return tools.attempt("ip", "link", "show", device).returncode == 0


def _is_up(device: str) -> bool:
    links = json.loads(tools.call("ip", "-json", "link", "show", "dev", device) or "[]")
    return bool(links) and "UP" in links[0]["flags"]
