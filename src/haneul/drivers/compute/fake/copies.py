"""What the fake hosts do with disks and with guests that move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from haneul.drivers.compute.fake.world import FakeDisk, FakeGuest, FakeHost, FakeSnapshot, FakeWorld
from haneul.hostapi import DiskReport, GuestReport, Power, SnapshotReport, SnapshotSpec, VolumePlace, VolumeReport
from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.qcow2 import empty_qcow2

_GIB = 1024**3


class FakeCopies:
    """Snapshots are real, empty qcow2 files that bear what is written on the disk as a note."""

    can_move_running = True

    def __init__(self, world: FakeWorld) -> None:
        self.world = world

    def copy_disk(self, host_id: str, disk_id: str, copy_id: str) -> DiskReport:
        with self._host(host_id, "copy_disk") as host:
            disk, now = _disk(host, disk_id), self.world.clock.monotonic()
            if copy_id not in host.disks:
                spec = replace(disk.spec, disk_id=copy_id)
                host.disks[copy_id] = FakeDisk(spec, now + self.world.copy_s, self.world.copy_s == 0, disk.content)
            return DiskReport(copy_id, now >= host.disks[copy_id].ready_at)

    def restore_disk(self, host_id: str, disk_id: str, copy_id: str) -> None:
        with self._host(host_id, "restore_disk") as host:
            if copy_id in host.disks:
                copy = host.disks.pop(copy_id)
                host.disks[disk_id] = replace(copy, spec=replace(copy.spec, disk_id=disk_id))

    def ensure_snapshot(self, host_id: str, spec: SnapshotSpec) -> SnapshotReport:
        with self._host(host_id, "ensure_snapshot") as host:
            disk, now = _disk(host, spec.disk_id), self.world.clock.monotonic()
            if spec.snapshot_id not in host.snapshots:
                data = empty_qcow2(max(1, disk.spec.size_gib) * _GIB, disk.content.encode())
                wait_s = self.world.copy_s
                made = FakeSnapshot(disk.content, data, now + wait_s, spec.server_id, wait_s == 0)
                host.snapshots[spec.snapshot_id] = made
                self.world.contents |= {made.sha256: disk.content, made.sha512: disk.content}
            snapshot = host.snapshots[spec.snapshot_id]
            if now < snapshot.ready_at:
                return SnapshotReport(spec.snapshot_id, False)
            is_quiet = self.world.has_agents
            return SnapshotReport(spec.snapshot_id, True, len(snapshot.data), snapshot.sha512, is_quiet)

    def read_snapshot(self, host_id: str, snapshot_id: str, offset: int, length: int) -> bytes:
        with self._host(host_id, "read_snapshot") as host:
            if snapshot_id not in host.snapshots:
                raise NotFound("snapshot.absent", f"Make the snapshot {snapshot_id} on {host.hostname} first")
            return host.snapshots[snapshot_id].data[offset : offset + length]

    def remove_snapshot(self, host_id: str, snapshot_id: str) -> None:
        with self._host(host_id, "remove_snapshot") as host:
            host.snapshots.pop(snapshot_id, None)

    def swap_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        with self._host(host_id, "swap_volume") as host:
            guest = _guest(host, server_id)
            has_new = any(disk.place == new for disk in guest.spec.volumes)
            if not has_new and (all(disk.place != old for disk in guest.spec.volumes) or new not in host.volumes):
                raise NotFound("volume.no_source", f"The guest {server_id} has no volume {old.volume_id}")
            if not has_new and guest.power not in (Power.RUNNING, Power.PAUSED):
                raise Conflict("guest.not_running", f"Start the server {server_id} first: it is off")
            if not has_new:
                host.volumes[new].data = host.volumes[old].data
                volumes = tuple(replace(disk, place=new) if disk.place == old else disk for disk in guest.spec.volumes)
                guest.spec = replace(guest.spec, volumes=volumes)
            return VolumeReport(new.volume_id, True, len(host.volumes[new].data), host.volumes[new].size_gib)

    def keep_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        with self._host(host_id, "keep_volume") as host:
            guest = host.guests.get(server_id)
            has_new = guest is not None and any(disk.place == new for disk in guest.spec.volumes)
            return VolumeReport(new.volume_id, has_new)

    def move_guest(self, host_id: str, server_id: str, target_id: str) -> GuestReport:
        with self._host(host_id, "move_guest") as source, self._host(target_id, "receive_guest") as target:
            guest = source.guests.get(server_id)
            if guest is None:
                return report(_guest(target, server_id))
            if guest.power not in (Power.RUNNING, Power.PAUSED):
                raise Conflict("guest.not_running", f"Start the server {server_id} first: it is off")
            now = self.world.clock.monotonic()
            if guest.arrives_at is None:
                guest.arrives_at = now + self.world.move_s
            if now < guest.arrives_at:
                return replace(report(guest), is_settled=False, detail="on its way")
            self._carry_over(source, target, guest)
            return report(guest)

    def stay_guest(self, host_id: str, server_id: str) -> None:
        with self._host(host_id, "stay_guest") as host:
            if server_id in host.guests:
                host.guests[server_id].arrives_at = None

    def hurry_guest(self, host_id: str, server_id: str) -> None:
        with self._host(host_id, "hurry_guest") as host:
            guest = host.guests.get(server_id)
            if guest is not None and guest.arrives_at is not None:
                guest.arrives_at = self.world.clock.monotonic()

    def _carry_over(self, source: FakeHost, target: FakeHost, guest: FakeGuest) -> None:
        guest.arrives_at = None
        for disk in guest.spec.disks:
            if disk.disk_id in source.disks:
                target.disks[disk.disk_id] = source.disks.pop(disk.disk_id)
        target.guests[guest.spec.server_id] = source.guests.pop(guest.spec.server_id)

    @contextmanager
    def _host(self, host_id: str, op: str) -> Iterator[FakeHost]:
        with self.world.lock:
            host = self.world.hosts.get(host_id)
            if host is None or host.is_away:
                raise Unavailable("host.away", f"Host {host_id} is not connected: look whether its agent runs")
            self.world.trip(op, is_late=False)
            yield host
            self.world.trip(op, is_late=True)


def report(guest: FakeGuest) -> GuestReport:
    is_settled = guest.power is guest.next_power
    name = f"instance-{guest.spec.server_id[:8]}"
    return GuestReport(guest.spec.server_id, guest.power, is_settled, name, "" if is_settled else "booting")


def _guest(host: FakeHost, server_id: str) -> FakeGuest:
    if server_id not in host.guests:
        raise NotFound("guest.absent", f"Host {host.hostname} has no guest for server {server_id}")
    return host.guests[server_id]


def _disk(host: FakeHost, disk_id: str) -> FakeDisk:
    if disk_id not in host.disks:
        raise NotFound("disk.absent", f"Make disk {disk_id} on {host.hostname} first: it is not there")
    return host.disks[disk_id]
