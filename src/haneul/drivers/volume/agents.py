"""The driver of volumes on real hosts: each operation is one command to the host's agent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from haneul.hostapi import HostInventory, VolumePlace, VolumeReport, VolumeRoom, VolumeSpec
from haneul.kit.clock import Clock
from haneul.kit.errors import Unavailable
from haneul.services.volume.driver import HostRooms, ReadStream

_FRESH_S = 5.0
"""For so long a host's rooms are believed to be as it told."""


_MISSED_S = 60.0
"""For so long a host that went away is expected back."""
_ARRIVAL_S = 30.0
"""After a start, agents have dialled again by then."""


class Agents(Protocol):
    """The connections to the hosts."""

    def ask(self, host_id: str, op: str, **args: object) -> object: ...

    def connected(self) -> tuple[HostInventory, ...]: ...

    def serve_streams(self, read: Callable[[str, int, int], bytes]) -> None: ...


class AgentVolumes:
    """`services.volume.driver.VolumeHosts` over the agents that are connected."""

    def __init__(self, agents: Agents, clock: Clock) -> None:
        self._agents = agents
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, tuple[VolumeRoom, ...]]] = {}
        self._last: dict[str, float] = {}
        """When each host was last seen connected."""
        self._began = clock.monotonic()

    def start(self, read_stream: ReadStream) -> None:
        self._agents.serve_streams(read_stream)

    def rooms(self) -> Sequence[HostRooms]:
        connected, now = self._agents.connected(), self._clock.monotonic()
        with self._lock:
            self._last |= {host.host_id: now for host in connected}
        found = [(host, self._rooms_of(host.host_id)) for host in connected]
        return [HostRooms(host.host_id, host.hostname, rooms) for host, rooms in found if rooms]

    def may_return(self) -> bool:
        now, here = self._clock.monotonic(), {host.host_id for host in self._agents.connected()}
        with self._lock:
            was_here = any(now < at + _MISSED_S for host_id, at in self._last.items() if host_id not in here)
        return was_here or now < self._began + _ARRIVAL_S

    def ensure_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        self._forget(host_id)
        return self._report(host_id, "ensure_volume", spec=spec)

    def revert_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        return self._report(host_id, "revert_volume", spec=spec)

    def remove_volume(self, host_id: str, place: VolumePlace) -> None:
        self._forget(host_id)
        self._agents.ask(host_id, "remove_volume", place=place)

    def rename_volume(self, host_id: str, place: VolumePlace, name: str) -> VolumeReport:
        self._forget(host_id)
        return self._report(host_id, "rename_volume", place=place, name=name)

    def read_volume(self, host_id: str, place: VolumePlace, offset: int, length: int) -> bytes:
        data = self._agents.ask(host_id, "read_volume", place=place, offset=offset, length=length)
        assert isinstance(data, bytes)
        return data

    def sum_volume(self, host_id: str, place: VolumePlace, first: int, count: int) -> Sequence[str]:
        sums = self._agents.ask(host_id, "sum_volume", place=place, first=first, count=count)
        assert isinstance(sums, tuple)
        return sums

    def _report(self, host_id: str, op: str, **args: object) -> VolumeReport:
        report = self._agents.ask(host_id, op, **args)
        assert isinstance(report, VolumeReport)
        return report

    def _rooms_of(self, host_id: str) -> tuple[VolumeRoom, ...]:
        """None for a host that goes away while it is asked."""
        now = self._clock.monotonic()
        with self._lock:
            at, rooms = self._seen.get(host_id, (-_FRESH_S, ()))
        if now < at + _FRESH_S:
            return rooms
        try:
            told = self._agents.ask(host_id, "list_volumes")
        except Unavailable:
            return ()
        assert isinstance(told, tuple)
        with self._lock:
            self._seen[host_id] = (now, told)
        return told

    def _forget(self, host_id: str) -> None:
        with self._lock:
            self._seen.pop(host_id, None)
