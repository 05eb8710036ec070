"""The driver of the fake hosts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from haneul.drivers.compute.fake.consoles import DIALOGUES, FakeConsole
from haneul.drivers.compute.fake.copies import FakeCopies, report
from haneul.drivers.compute.fake.world import FakeBase, FakeDisk, FakeGuest, FakeHost
from haneul.hostapi import (
    ConsoleAddress,
    ConsoleLog,
    DiskReport,
    DiskSpec,
    DiskUse,
    Event,
    GuestMetadata,
    GuestReport,
    GuestSpec,
    GuestUse,
    HostInventory,
    ImageSource,
    Leftovers,
    NicSpec,
    NicUse,
    Power,
)
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.services.compute.driver import ConsoleStream, Enroller, ReadImage

GIB = 1024**3
_BOOTING = tuple(f"[    {second}.000000] pretending to boot" for second in range(10))


class FakeHosts(FakeCopies):
    """`services.compute.driver.Hosts` over a `FakeWorld`.

    Several may share one world, one after the other: a restarted control plane finds its guests again.
    """

    def start(self, enroller: Enroller, read_image: ReadImage) -> None:
        """Fake hosts are there from the beginning, and fetch nothing."""

    def stop(self) -> None:
        """The pretended world goes on."""

    def ensure_disk(self, host_id: str, spec: DiskSpec) -> DiskReport:
        with self._host(host_id, "ensure_disk") as host:
            total = spec.image.size_bytes if spec.image else 0
            if spec.size_gib and total > spec.size_gib * GIB:
                raise Invalid("disk.too_small", f"The image needs {total} bytes: choose a flavor with a larger disk")
            now = self.world.clock.monotonic()
            is_cached = spec.image is not None and self.world.has_base(host, spec.image)
            wait_s = self.world.fetch_s if spec.image and not is_cached else 0.0
            if spec.disk_id not in host.disks:
                digest = spec.image.digest if spec.image else ""
                content = self.world.contents.get(digest, digest)
                host.disks[spec.disk_id] = FakeDisk(spec, now + wait_s, wait_s == 0, content)
            disk = host.disks[spec.disk_id]
            if (spec.size_gib, spec.size_mib) > (disk.spec.size_gib, disk.spec.size_mib):
                disk.spec = replace(disk.spec, size_gib=spec.size_gib, size_mib=spec.size_mib)
            is_ready = now >= disk.ready_at
            return DiskReport(spec.disk_id, is_ready, total if is_ready else 0, total)

    def ensure_base(self, host_id: str, source: ImageSource, waiter: str) -> DiskReport:
        with self._host(host_id, "ensure_base") as host:
            now, total = self.world.clock.monotonic(), source.size_bytes
            base = host.bases.setdefault(source.digest, FakeBase(waiter, now + self.world.fetch_s))
            is_ready = now >= base.ready_at
            base.is_announced = base.is_announced or is_ready
            return DiskReport(waiter, is_ready, total if is_ready else 0, total)

    def remove_disk(self, host_id: str, disk_id: str) -> None:
        with self._host(host_id, "remove_disk") as host:
            for guest in host.guests.values():
                if any(disk.disk_id == disk_id for disk in guest.spec.disks):
                    server_id = guest.spec.server_id
                    raise Conflict("disk.in_use", f"Remove the guest {server_id} first: it has disk {disk_id}")
            host.disks.pop(disk_id, None)

    def remove_port(self, host_id: str, port_id: str) -> None:
        with self._host(host_id, "remove_port") as host:
            for guest in host.guests.values():
                if any(nic.port_id == port_id for nic in guest.spec.nics):
                    server_id = guest.spec.server_id
                    raise Conflict("port.in_use", f"Remove the guest {server_id} first: it has port {port_id}")
            host.stray_ports.discard(port_id)

    def ensure_guest(self, host_id: str, spec: GuestSpec) -> GuestReport:
        with self._host(host_id, "ensure_guest") as host:
            for disk in spec.disks:
                made = host.disks.get(disk.disk_id)
                if made is None or self.world.clock.monotonic() < made.ready_at:
                    raise Conflict("guest.disk_missing", f"Make disk {disk.disk_id} on {host.hostname} first")
            for volume in spec.volumes:
                if volume.place not in host.volumes:
                    raise Conflict("guest.disk_missing", f"Make volume {volume.place.volume_id} there first")
            guest = host.guests.get(spec.server_id)
            if guest is None:
                guest = FakeGuest(spec, Power.STOPPED, Power.STOPPED, 0.0, spec.reboot.count)
                host.guests[spec.server_id] = guest
            self.world.look(guest)
            self._steer(guest, spec)
            return report(guest)

    def remove_guest(self, host_id: str, server_id: str) -> GuestReport:
        with self._host(host_id, "remove_guest") as host:
            gone = host.guests.pop(server_id, None)
            if gone is not None:
                gone.end_consoles()
            return _absent(server_id)

    def get_guest(self, host_id: str, server_id: str) -> GuestReport:
        with self._host(host_id, "get_guest") as host:
            guest = host.guests.get(server_id)
            if guest is None:
                return _absent(server_id)
            self.world.look(guest)
            return report(guest)

    def read_console_log(self, host_id: str, server_id: str, lines: int | None = None) -> ConsoleLog:
        with self._host(host_id, "read_console_log") as host:
            guest = _get(host, server_id)
            text = [f"{host.hostname} begins to boot {guest.spec.name}", *_BOOTING, f"{guest.spec.name} login: "]
            return ConsoleLog(server_id, "\n".join(text if lines is None else text[max(0, len(text) - lines) :]))

    def get_console(self, host_id: str, server_id: str, kind: str) -> ConsoleAddress:
        with self._host(host_id, "get_console") as host:
            guest = _get(host, server_id)
            if guest.power not in (Power.RUNNING, Power.PAUSED):
                raise Conflict("guest.not_running", f"Start the server {server_id} first: it has no console now")
            if kind not in DIALOGUES:
                raise Conflict("guest.no_console", f"Ask for vnc or serial: guests of this host have no {kind} console")
            return ConsoleAddress(server_id, kind, f"fake:{kind}")

    def get_usage(self, host_id: str, server_id: str) -> GuestUse:
        with self._host(host_id, "get_usage") as host:
            guest = _get(host, server_id)
            if guest.power not in (Power.RUNNING, Power.PAUSED):
                raise Conflict(
                    "guest.not_running", f"Start the server {server_id} first: it uses nothing while it is off"
                )
            spec = guest.spec
            nics = tuple(NicUse(nic.mac, f"tap{nic.port_id[:11]}", 0, 0, 0, 0, 0, 0, 0, 0) for nic in spec.nics)
            disks = tuple(DiskUse(f"vd{chr(ord('a') + n)}", 0, 0, 0, 0) for n in range(len(spec.disks)))
            return GuestUse(server_id, (0,) * spec.vcpus, spec.memory_mib, spec.memory_mib, nics, disks)

    def open_console(self, host_id: str, server_id: str, kind: str) -> ConsoleStream:
        self.get_console(host_id, server_id, kind)
        with self._host(host_id, "open_console") as host:
            guest = _get(host, server_id)
            console = FakeConsole(DIALOGUES[kind](guest.spec.name))
            guest.consoles.append(console)
            return console

    def tell_guest(
        self, host_id: str, server_id: str, metadata: GuestMetadata, nics: tuple[NicSpec, ...] | None = None
    ) -> None:
        with self._host(host_id, "tell_guest") as host:
            guest = _get(host, server_id)
            guest.spec = guest.spec.told(metadata, nics)

    def read_password(self, host_id: str, server_id: str) -> str:
        with self._host(host_id, "read_password") as host:
            return _get(host, server_id).password

    def forget_password(self, host_id: str, server_id: str) -> None:
        with self._host(host_id, "forget_password") as host:
            _get(host, server_id).password = ""

    def set_password(self, host_id: str, server_id: str, user: str, password: str) -> None:
        with self._host(host_id, "set_password") as host:
            guest = _get(host, server_id)
            if not self.world.has_agents or guest.power is not Power.RUNNING:
                raise Conflict("guest.no_agent", "Install the guest agent in the guest: nobody answers there")
            guest.agent_password = password

    def list_leftovers(self, host_id: str) -> Leftovers:
        with self._host(host_id, "list_leftovers") as host:
            return self.world.list_leftovers(host)

    def connected(self) -> tuple[HostInventory, ...]:
        with self.world.lock:
            return tuple(self.world.inventory(host) for host in self.world.hosts.values() if not host.is_away)

    def forget(self, host_id: str) -> None:
        if host_id in self.world.hosts:
            self.world.take_away(host_id)

    def on_event(self, callback: Callable[[str, Event], None]) -> None:
        self.world.events.append(callback)

    def on_inventory(self, callback: Callable[[HostInventory], None]) -> None:
        self.world.inventories.append(callback)
        for inventory in self.connected():
            callback(inventory)

    def on_away(self, callback: Callable[[str], None]) -> None:
        self.world.departures.append(callback)

    def _steer(self, guest: FakeGuest, spec: GuestSpec) -> None:
        """Begin whatever brings the guest nearer to `spec`."""
        guest.spec = spec
        is_reboot_due = guest.reboots_done < spec.reboot.count
        guest.reboots_done = spec.reboot.count
        if guest.next_power is spec.power and not (is_reboot_due and spec.power is Power.RUNNING):
            return
        guest.next_power = spec.power
        if spec.power is Power.STOPPED or is_reboot_due:
            guest.end_consoles()
        if self.world.boot_s == 0:
            guest.power = spec.power
            return
        if is_reboot_due and guest.power is Power.RUNNING:
            guest.power = Power.STOPPED
        guest.settled_at = self.world.clock.monotonic() + self.world.boot_s
        guest.is_announced = False


def _get(host: FakeHost, server_id: str) -> FakeGuest:
    if server_id not in host.guests:
        raise NotFound("guest.absent", f"Host {host.hostname} has no guest for server {server_id}")
    return host.guests[server_id]


def _absent(server_id: str) -> GuestReport:
    return GuestReport(server_id, Power.ABSENT, is_settled=True)
