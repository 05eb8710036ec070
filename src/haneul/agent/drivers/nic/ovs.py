"""Network cards as taps on Open vSwitch, where OVN finds them by their interface id."""

from __future__ import annotations

import hashlib
import socket

import msgspec

from haneul.agent.drivers.nic.base import Plug
from haneul.agent.drivers.nic.commands import ip, namespace_path, ovs_vsctl
from haneul.agent.drivers.nic.guard import Guard
from haneul.agent.metadata.namespaces import leave_checksums_to_software
from haneul.hostapi import MetadataPort, NicSpec
from haneul.kit.errors import Unavailable

_METADATA_CIDR = "169.254.169.254/32"
_METADATA_CIDR_IPV6 = "fe80::a9fe:a9fe/64"
_FIRST_VERSION_WITH_OFFLOAD = (3, 5)


class OvsNics:
    """Ports of `bridge` bear `haneul-port` and `haneul-server`, or `haneul-network`, in their external ids.

    The taps are made here and not by libvirt: they outlive a guest's stop, so that a start finds its network
    bound, and a guest that is gone leaves nothing behind in the switch's database.
    """

    def __init__(self, ovs_db: str, bridge: str) -> None:
        self._db = ovs_db
        self._bridge = bridge
        self._offload: bool | None = None
        self._guard = Guard()

    def device(self, port_id: str) -> str:
        return f"tap{port_id[:11]}"

    def ensure(self, nic: NicSpec, server_id: str) -> Plug:
        tap = self.device(nic.port_id)
        if not _exists(tap):
            ip("tuntap", "add", "dev", tap, "mode", "tap")
        self.guard(nic)
        ip("link", "set", "dev", tap, "mtu", str(nic.mtu), "up")
        marks = {
            "iface-id": nic.port_id,
            "attached-mac": nic.mac,
            "haneul-port": nic.port_id,
            "haneul-server": server_id,
        }
        self._add_port(tap, marks)
        return Plug(tap, nic.mac, nic.mtu, self._has_offload())

    def guard(self, nic: NicSpec) -> None:
        tap = self.device(nic.port_id)
        if not _exists(tap):
            return
        if nic.has_port_security:
            self._guard.ensure(tap)
        else:
            self._guard.remove(tap)

    def is_guarded(self, port_id: str) -> bool:
        return self._guard.stands_at(self.device(port_id))

    def put_back(self, nic: NicSpec, server_id: str) -> bool:
        is_there = _exists(self.device(nic.port_id))
        if is_there:
            self.ensure(nic, server_id)
        return is_there

    def remove(self, server_id: str, keep: frozenset[str] = frozenset(), besides: frozenset[str] = frozenset()) -> None:
        marked = self._marks_by_device().items()
        mine = {device: marks.get("haneul-port") for device, marks in marked if marks.get("haneul-server") == server_id}
        for device, port_id in (mine | {self.device(each): each for each in besides}).items():
            if port_id not in keep:
                self._remove(device)

    def list_ports(self) -> tuple[str, ...]:
        return self._marked("haneul-port")

    def list_plugged(self) -> tuple[str, ...]:
        marked = self._marks_by_device().items()
        return tuple(
            sorted(marks["haneul-port"] for device, marks in marked if "haneul-port" in marks and _exists(device))
        )

    def ensure_metadata(self, port: MetadataPort) -> str:
        """A veth pair: one end on the bridge, the other in a namespace of the network's own.

        No internal port of the switch: in user space that does not outlive a restart of the switch.
        """
        namespace, outer = _metadata_names(port.network_id)
        path = namespace_path(namespace)
        if not path.exists():
            ip("netns", "add", namespace)
        if not _exists(outer):
            ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        ip("-n", namespace, "link", "set", "dev", "lo", "up")
        ip("-n", namespace, "link", "set", "dev", "eth0", "address", port.mac, "up")
        for cidr in (*port.cidrs, _METADATA_CIDR):
            ip("-n", namespace, "address", "replace", cidr, "dev", "eth0")
        ip("-n", namespace, "address", "replace", _METADATA_CIDR_IPV6, "dev", "eth0", "nodad")
        if not self._has_offload():
            leave_checksums_to_software(str(path), "eth0")
        ip("link", "set", "dev", outer, "up")
        self._add_port(outer, {"iface-id": port.port_id, "haneul-network": port.network_id})
        return str(path)

    def remove_metadata(self, network_id: str) -> None:
        namespace, outer = _metadata_names(network_id)
        self._remove(outer)
        if namespace_path(namespace).exists():
            ip("netns", "delete", namespace)

    def list_metadata(self) -> tuple[str, ...]:
        return self._marked("haneul-network")

    def chassis(self) -> str:
        return self._switch("external_ids:system-id")

    def _add_port(self, device: str, marks: dict[str, str]) -> None:
        settings = [f"external_ids:{name}={_quoted(value)}" for name, value in marks.items()]
        self._vsctl("--may-exist", "add-port", self._bridge, device, "--", "set", "Interface", device, *settings)
        error = self._vsctl("--if-exists", "get", "Interface", device, "error").strip()
        if error not in ("", "[]"):
            raise Unavailable("switch.port_failed", f"Look at Open vSwitch on the host: {device}: {error}")

    def _remove(self, device: str) -> None:
        """The switch forgets it last: by its marks a removal that was cut short is found again."""
        if _exists(device):
            ip("link", "delete", "dev", device)
        self._vsctl("--if-exists", "del-port", self._bridge, device)

    def _marked(self, mark: str) -> tuple[str, ...]:
        return tuple(sorted(marks[mark] for marks in self._marks_by_device().values() if mark in marks))

    def _marks_by_device(self) -> dict[str, dict[str, str]]:
        """External ids by device; ovs-vsctl's JSON has a map as ["map", [[key, value], ...]]."""
        said = self._vsctl("--format=json", "--columns=name,external_ids", "list", "Interface")
        return {name: dict(marks[1]) for name, marks in msgspec.json.decode(said)["data"]}

    def _has_offload(self) -> bool:
        """In user space, checksums may be left to the host only from OVS 3.5 on with segmentation offload."""
        if self._offload is None:
            datapath = self._vsctl("--if-exists", "get", "Bridge", self._bridge, "datapath_type").strip().strip('"')
            version = tuple(int(part) for part in self._switch("ovs_version").split(".")[:2] if part.isdigit())
            is_on = self._switch("other_config:userspace-tso-enable") == "true"
            self._offload = datapath != "netdev" or (is_on and version >= _FIRST_VERSION_WITH_OFFLOAD)
        return self._offload

    def _switch(self, column: str) -> str:
        said = self._vsctl("--if-exists", "get", "Open_vSwitch", ".", column).strip()
        return said.strip('"') if said != "[]" else ""

    def _vsctl(self, *arguments: str) -> str:
        return ovs_vsctl(self._db, *arguments)


def _metadata_names(network_id: str) -> tuple[str, str]:
    """The namespace's name and that of the veth's end on the bridge (15 characters at most)."""
    short = hashlib.sha256(network_id.encode()).hexdigest()[:10]
    return f"haneul-{network_id}", f"hmd-{short}"


def _exists(device: str) -> bool:
    """In our own network namespace, which is not always the one that /sys shows."""
    try:
        socket.if_nametoindex(device)
    except OSError:
        return False
    return True


def _quoted(text: str) -> str:
    """As ovs-vsctl reads a value that may hold colons and commas."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
