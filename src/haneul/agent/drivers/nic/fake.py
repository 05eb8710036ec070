"""Network cards that are only remembered; metadata ports answer on a loopback of this machine."""

from __future__ import annotations

import threading

from haneul.agent.drivers.nic.base import Plug
from haneul.hostapi import MetadataPort, NicSpec


class FakeNics:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[str, str] = {}
        self._guarded: set[str] = set()
        self._metadata: dict[str, MetadataPort] = {}
        self.torn: set[str] = set()
        """Ports whose devices somebody took away."""

    def device(self, port_id: str) -> str:
        return f"tap{port_id[:11]}"

    def ensure(self, nic: NicSpec, server_id: str) -> Plug:
        with self._lock:
            self._servers[nic.port_id] = server_id
            self.torn.discard(nic.port_id)
        self.guard(nic)
        return Plug(self.device(nic.port_id), nic.mac, nic.mtu, has_offload=True)

    def guard(self, nic: NicSpec) -> None:
        with self._lock:
            if nic.has_port_security and nic.port_id in self._servers:
                self._guarded.add(nic.port_id)
            else:
                self._guarded.discard(nic.port_id)

    def is_guarded(self, port_id: str) -> bool:
        with self._lock:
            return port_id in self._guarded

    def put_back(self, nic: NicSpec, server_id: str) -> bool:
        if nic.port_id in self.torn:
            return False
        self.ensure(nic, server_id)
        return True

    def remove(self, server_id: str, keep: frozenset[str] = frozenset(), besides: frozenset[str] = frozenset()) -> None:
        with self._lock:
            for port_id, server in list(self._servers.items()):
                if (server == server_id or port_id in besides) and port_id not in keep:
                    del self._servers[port_id]
                    self._guarded.discard(port_id)

    def list_ports(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._servers))

    def list_plugged(self) -> tuple[str, ...]:
        return tuple(port_id for port_id in self.list_ports() if port_id not in self.torn)

    def ensure_metadata(self, port: MetadataPort) -> str:
        with self._lock:
            self._metadata[port.network_id] = port
        return ""

    def remove_metadata(self, network_id: str) -> None:
        with self._lock:
            self._metadata.pop(network_id, None)

    def list_metadata(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._metadata))

    def chassis(self) -> str:
        return "fake"
