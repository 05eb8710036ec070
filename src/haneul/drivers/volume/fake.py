"""Volumes on fake hosts: their data are kept in memory, so that what becomes of it can be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from haneul.drivers.compute.fake import FakeVolume, FakeWorld
from haneul.drivers.compute.fake.world import FakeHost
from haneul.hostapi import (
    VOLUME_CHUNK_BYTES,
    Power,
    VolumePlace,
    VolumeReport,
    VolumeRoom,
    VolumeSpec,
)
from haneul.kit.errors import Conflict, Invalid, NotFound, Unavailable
from haneul.kit.qcow2 import empty_qcow2
from haneul.services.volume.driver import HostRooms, ReadStream

_GIB = 1024**3


class FakeVolumes:
    """`services.volume.driver.VolumeHosts` over a `FakeWorld`.

    A volume's data end where nothing but zeros follows: sizes are pretended, data are real.
    """

    def __init__(self, world: FakeWorld, backends: Sequence[str] = ("directory",)) -> None:
        self.world = world
        self._backends = tuple(backends)
        self._read_stream: ReadStream | None = None
        self.are_expected = False
        """Whether hosts that are away count as such that may be back in a moment."""

    def start(self, read_stream: ReadStream) -> None:
        self._read_stream = read_stream

    def rooms(self) -> Sequence[HostRooms]:
        with self.world.lock:
            return [
                HostRooms(host.host_id, host.hostname, tuple(self._room(host, name) for name in self._backends))
                for host in self.world.hosts.values()
                if not host.is_away
            ]

    def _room(self, host: FakeHost, backend: str) -> VolumeRoom:
        volumes = {place.volume_id: each for place, each in host.volumes.items() if place.backend == backend}
        total, used = self.world.size.disk_gib, sum(volume.size_gib for volume in volumes.values())
        sizes = tuple(volumes[name].size_gib for name in sorted(volumes))
        return VolumeRoom(backend, total, max(0, total - used), tuple(sorted(volumes)), sizes)

    def may_return(self) -> bool:
        return self.are_expected and any(host.is_away for host in self.world.hosts.values())

    def ensure_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        with self._host(host_id, "ensure_volume") as host:
            volume = host.volumes.get(spec.place)
            if volume is None:
                data = self._begun_as(host, spec)
                ready_at = self.world.clock.monotonic() + (self.world.fetch_s if spec.image else 0.0)
                volume = FakeVolume(spec.size_gib, data, ready_at, ready_at <= self.world.clock.monotonic())
                host.volumes[spec.place] = volume
            volume.size_gib = max(volume.size_gib, spec.size_gib)
            return self._report(spec.place, volume)

    def revert_volume(self, host_id: str, spec: VolumeSpec) -> VolumeReport:
        with self._host(host_id, "revert_volume") as host:
            self._require_unused(host, spec.place)
            volume = self._get(host, spec.place)
            volume.data = self._begun_as(host, spec)
            return self._report(spec.place, volume)

    def remove_volume(self, host_id: str, place: VolumePlace) -> None:
        with self._host(host_id, "remove_volume") as host:
            for guest in host.guests.values():
                if any(disk.place == place for disk in guest.spec.volumes):
                    message = f"Detach it from the server {guest.spec.server_id} first: its guest has {place.volume_id}"
                    raise Conflict("disk.in_use", message)
            host.volumes.pop(place, None)

    def rename_volume(self, host_id: str, place: VolumePlace, name: str) -> VolumeReport:
        with self._host(host_id, "rename_volume") as host:
            target = replace(place, volume_id=name)
            if target not in host.volumes:
                host.volumes[target] = self._get(host, place)
                host.volumes.pop(place)
            return self._report(target, host.volumes[target])

    def read_volume(self, host_id: str, place: VolumePlace, offset: int, length: int) -> bytes:
        with self._host(host_id, "read_volume") as host:
            return self._get(host, place).data[offset : offset + length]

    def sum_volume(self, host_id: str, place: VolumePlace, first: int, count: int) -> Sequence[str]:
        with self._host(host_id, "sum_volume") as host:
            data = self._get(host, place).data
        begin, end = first * VOLUME_CHUNK_BYTES, min(len(data), (first + count) * VOLUME_CHUNK_BYTES)
        pieces = (data[at : at + VOLUME_CHUNK_BYTES] for at in range(begin, end, VOLUME_CHUNK_BYTES))
        return tuple(hashlib.sha256(piece).hexdigest() if any(piece) else "" for piece in pieces)

    def write(self, host_id: str, place: VolumePlace, data: bytes) -> None:
        """A guest writes to the beginning of its disk."""
        with self.world.lock:
            volume = self._get(self.world.hosts[host_id], place)
            volume.data = data + volume.data[len(data) :]

    def _begun_as(self, host: FakeHost, spec: VolumeSpec) -> bytes:
        data = self._data_of(host, spec)
        return empty_qcow2(spec.size_gib * _GIB, data) if spec.file_format == "qcow2" else data

    def _data_of(self, host: FakeHost, spec: VolumeSpec) -> bytes:
        if spec.image is not None:
            if spec.image.size_bytes > spec.size_gib * _GIB:
                raise Invalid("disk.too_small", "Ask for a larger volume: the image does not fit into it")
            return self._streamed(f"image {spec.image.image_id}", spec.image.size_bytes)
        if spec.copy_of is not None:
            return self._get(host, spec.copy_of).data
        if spec.stream is not None:
            return self._streamed(spec.stream.name, spec.stream.size_bytes)
        return b""

    def _streamed(self, name: str, size_bytes: int) -> bytes:
        assert self._read_stream is not None
        data = bytearray()
        while len(data) < size_bytes and (piece := self._read_stream(name, len(data), VOLUME_CHUNK_BYTES)):
            data += piece
        return bytes(data).rstrip(b"\0")

    def _report(self, place: VolumePlace, volume: FakeVolume) -> VolumeReport:
        is_ready = self.world.clock.monotonic() >= volume.ready_at
        return VolumeReport(place.volume_id, is_ready, len(volume.data), volume.size_gib)

    def _get(self, host: FakeHost, place: VolumePlace) -> FakeVolume:
        if place not in host.volumes:
            raise NotFound("volume.no_source", f"Host {host.hostname} has no {place.volume_id} in {place.backend}")
        return host.volumes[place]

    def _require_unused(self, host: FakeHost, place: VolumePlace) -> None:
        for guest in host.guests.values():
            if guest.power is Power.RUNNING and any(disk.place == place for disk in guest.spec.volumes):
                raise Conflict("disk.in_use", f"Stop the server {guest.spec.server_id} first: its guest runs on it")

    @contextmanager
    def _host(self, host_id: str, op: str) -> Iterator[FakeHost]:
        with self.world.lock:
            host = self.world.hosts.get(host_id)
            if host is None or host.is_away:
                raise Unavailable("host.away", f"Host {host_id} is not connected: look whether its agent runs")
            self.world.trip(op, is_late=False)
            yield host
            self.world.trip(op, is_late=True)
