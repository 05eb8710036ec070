"""How one agent is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class AgentSettings:
    """Everything that the agent must be told; `haneul agent` makes it from the machine's settings."""

    state: Path
    """The agent keeps everything that it must remember, and the guests' files, in `<state>/agent`."""
    control: str
    """host:port of the control plane's listener for agents; of several, separated by commas."""
    hypervisor: Literal["libvirt", "fake"] = "libvirt"
    disk: Literal["qcow2", "fake"] = "qcow2"
    nic: Literal["ovs", "fake"] = "ovs"
    libvirt_uri: str = "qemu:///system"
    ovs_db: str = "unix:/var/run/openvswitch/db.sock"
    accelerator: Literal["kvm", "tcg"] = "tcg"
    """What runs the guests: `haneul up` finds out by a probe."""
    address: str = "127.0.0.1"
    """By which other hosts reach this one: the end of its tunnels."""
    hostname: str = ""
    """What the host is called; empty: as its machine."""
    bridge: str = "br-int"
    boot_id_file: Path = Path("/proc/sys/kernel/random/boot_id")
    """Says something else after every start of the machine."""
    volumes: Mapping[str, str] = field(default_factory=lambda: {"directory": ""})
    """Where volumes are kept: a folder by name of place; an empty folder is one of the agent's own."""

    @property
    def controls(self) -> tuple[str, ...]:
        return tuple(address.strip() for address in self.control.split(","))

    @property
    def folder(self) -> Path:
        return self.state / "agent"
