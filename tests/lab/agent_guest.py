"""The guest of the agent's lab tests, and the network it is plugged into."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
from pathlib import Path

from haneul.agent.metadata.namespaces import inside
from haneul.hostapi import DiskSpec, GuestMetadata, GuestSpec, ImageSource, MetadataPort, NicSpec
from tests.lab.agent_host import AgentHost, until

SERVER = "5a0c8d5e-3c7b-4a47-9d4f-2b6d8f0a1c01"
PORT = "c2a7b1de-94b5-4c55-8f44-5a5e6a7b8c01"
METADATA_PORT = "d3b8c2ef-05c6-4d66-9f55-6b6f7b8c9d01"
NETWORK = "e4c9d3f0-16d7-4e77-8a66-7c708c9dae01"
MAC = "fa:16:3e:00:01:01"
SECOND_NETWORK = "e4c9d3f0-16d7-4e77-8a66-7c708c9dae02"
SECOND_METADATA_PORT = "d3b8c2ef-05c6-4d66-9f55-6b6f7b8c9d02"
SECOND_PORT, SECOND_MAC, SECOND_IP = "c2a7b1de-14b5-4c55-8f44-5a5e6a7b8c02", "fa:16:3e:00:01:02", "10.1.0.12"
METADATA_NAMESPACE = f"haneul-{NETWORK}"


def make_network(host: AgentHost) -> None:
    """One logical switch with DHCP, the guest's port and the metadata port."""
    host.nbctl("ls-add", "ls0")
    options = (
        '"server_id"="10.0.0.1" "server_mac"="fa:16:3e:00:00:01" "lease_time"="3600" "router"="10.0.0.1" "mtu"="1442"'
        ' "classless_static_route"="{169.254.169.254/32,10.0.0.2, 0.0.0.0/0,10.0.0.1}"'
    )
    dhcp = host.nbctl("create", "DHCP_Options", "cidr=10.0.0.0/24", f"options={options}")
    host.nbctl(
        *("lsp-add", "ls0", PORT, "--", "lsp-set-addresses", PORT, f"{MAC} 10.0.0.11"),
        *("--", "lsp-set-port-security", PORT, f"{MAC} 10.0.0.11", "--", "lsp-set-dhcpv4-options", PORT, dhcp),
    )
    host.nbctl(
        *("lsp-add", "ls0", METADATA_PORT, "--", "lsp-set-type", METADATA_PORT, "localport"),
        *("--", "lsp-set-addresses", METADATA_PORT, "fa:16:3e:00:00:02 10.0.0.2 169.254.169.254"),
    )


def source(image: Path) -> ImageSource:
    data = image.read_bytes()
    return ImageSource("tiny", hashlib.sha512(data).hexdigest(), len(data), "qcow2")


def spec(image: Path, has_config_drive: bool = False, user_data: str = "#!/bin/sh\necho user data ran\n") -> GuestSpec:
    meta = {"uuid": SERVER, "name": "lab-guest", "hostname": "lab-guest", "public_keys": {}}
    return GuestSpec(
        server_id=SERVER,
        project_id="0f" * 16,
        name="lab-guest",
        vcpus=1,
        memory_mib=128,
        disks=(DiskSpec(SERVER, 1, source(image), serial=SERVER[:20]),),
        nics=(
            NicSpec(
                *(PORT, MAC, 1442, NETWORK, ("10.0.0.11",)),
                MetadataPort(METADATA_PORT, NETWORK, "fa:16:3e:00:00:02", ("10.0.0.2/24",)),
            ),
        ),
        metadata=GuestMetadata(
            json.dumps(meta), "{}", user_data.encode(), ec2={"instance-id": "i-1", "hostname": "lab-guest"}
        ),
        has_config_drive=has_config_drive,
        stop_timeout_s=60,
    )


def make_disk(host: AgentHost, wanted: GuestSpec) -> None:
    until(lambda: host.hosts.ensure_disk(host.host_id, wanted.disks[0]).is_ready, 60, "the disk")


def boots(host: AgentHost) -> int:
    """How often the guest has come up since it was made: by its whole console log, not only by the end of it."""
    return (host.state / "agent" / "guests" / SERVER / "console.log").read_bytes().count(b"login:")


def booted(host: AgentHost, times: int = 1) -> None:
    """The guest has come up at least so many times."""
    until(lambda: boots(host) >= times, 180, "the guest to boot")


def assert_nothing_left(host: AgentHost) -> None:
    left = host.hosts.list_leftovers(host.host_id)
    assert (left.guests, left.disks, left.ports, left.metadata_networks) == ((), (), (), ())
    links = host.call("ip", "-o", "link", "show")
    assert "tap" not in links and "hmd-" not in links
    assert host.call("ip", "netns", "list") == ""
    assert list((host.state / "agent" / "guests").iterdir()) == []


def make_second_network(host: AgentHost) -> NicSpec:
    """Another switch with DHCP and a metadata port; the card by which the guest is on it."""
    host.nbctl("ls-add", "ls1")
    options = '"server_id"="10.1.0.1" "server_mac"="fa:16:3e:00:00:03" "lease_time"="3600" "mtu"="1442"'
    dhcp = host.nbctl("create", "DHCP_Options", "cidr=10.1.0.0/24", f"options={options}")
    host.nbctl(
        *("lsp-add", "ls1", SECOND_PORT, "--", "lsp-set-addresses", SECOND_PORT, f"{SECOND_MAC} {SECOND_IP}"),
        *("--", "lsp-set-dhcpv4-options", SECOND_PORT, dhcp),
        *("--", "lsp-add", "ls1", SECOND_METADATA_PORT, "--", "lsp-set-type", SECOND_METADATA_PORT, "localport"),
        *("--", "lsp-set-addresses", SECOND_METADATA_PORT, "fa:16:3e:00:00:04 10.1.0.2 169.254.169.254"),
    )
    metadata = MetadataPort(SECOND_METADATA_PORT, SECOND_NETWORK, "fa:16:3e:00:00:04", ("10.1.0.2/24",))
    return NicSpec(SECOND_PORT, SECOND_MAC, 1442, SECOND_NETWORK, (SECOND_IP,), metadata)


def answers(host: AgentHost, ip: str = "10.0.0.11", network: str = NETWORK) -> bool:
    """Whether the guest's ssh answers, asked from its own network."""

    def dial() -> bool:
        try:
            with socket.create_connection((ip, 22), timeout=2):
                return True
        except OSError:
            return False

    return inside(f"/proc/{host.machine.pid}/root/run/netns/haneul-{network}", dial)


def press_power_button(host: AgentHost) -> None:
    """Behind the agent's back."""
    virsh(host, "shutdown", "--mode", "acpi", SERVER)


def virsh(host: AgentHost, *words: str) -> str:
    return host.call("virsh", "-c", f"qemu+unix:///system?socket={host.state}/libvirt/run/libvirt-sock", *words)


def emulator_of(host: AgentHost) -> int:
    """The guest's QEMU, as this machine counts processes."""
    found = subprocess.run(["pgrep", "-f", f"guest=haneul-{SERVER}"], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


def inner_pid(pid: int) -> int:
    """The same process as the enclosure counts them."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("NSpid")).split()[-1])
