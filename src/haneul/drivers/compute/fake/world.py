"""The pretended world: hosts with disks and guests, which outlives every restart of the control plane."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from haneul.drivers.compute.fake.consoles import FakeConsole
from haneul.hostapi import (
    CpuInfo,
    DiskSpec,
    Event,
    GuestSpec,
    HostInventory,
    ImageSource,
    Leftovers,
    Power,
    VolumePlace,
)
from haneul.kit.clock import Clock, SystemClock

_NAMES = uuid.UUID("a0d8a7f6-53a5-4f57-9f3c-1f4b6f2d8c11")


def fake_host_id(number: int) -> str:
    """The id of the host `fake-<number>`: the same in every run."""
    return str(uuid.uuid5(_NAMES, f"fake-{number}"))


@dataclass
class FakeBase:
    """An image that lies ready for disks to come, or will."""

    waiter: str
    ready_at: float
    is_announced: bool = False


@dataclass
class FakeDisk:
    spec: DiskSpec
    ready_at: float
    is_announced: bool
    content: str = ""
    """What is written on it: the checksum of its image at first."""


@dataclass
class FakeVolume:
    size_gib: int
    data: bytes
    """Up to where only zeros follow."""
    ready_at: float
    is_announced: bool


@dataclass
class FakeGuest:
    spec: GuestSpec
    power: Power
    next_power: Power
    settled_at: float
    reboots_done: int = 0
    is_announced: bool = True
    password: str = ""
    arrives_at: float | None = None
    """While it is on its way to another host."""
    agent_password: str = ""
    """What its agent was last told to set."""
    consoles: list[FakeConsole] = field(default_factory=list)

    def end_consoles(self) -> None:
        for console in self.consoles:
            console.end()
        self.consoles.clear()


@dataclass
class FakeSnapshot:
    content: str
    data: bytes
    ready_at: float
    server_id: str
    is_announced: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha512(self) -> str:
        return hashlib.sha512(self.data).hexdigest()


@dataclass
class FakeHost:
    host_id: str
    hostname: str
    is_away: bool = False
    disks: dict[str, FakeDisk] = field(default_factory=dict)
    guests: dict[str, FakeGuest] = field(default_factory=dict)
    bases: dict[str, FakeBase] = field(default_factory=dict)
    """By the images' SHA-512."""
    snapshots: dict[str, FakeSnapshot] = field(default_factory=dict)
    volumes: dict[VolumePlace, FakeVolume] = field(default_factory=dict)
    stray_ports: set[str] = field(default_factory=set)
    """In its switch with the cloud's mark, and no guest's."""


@dataclass(frozen=True)
class FakeSize:
    """What each fake host has."""

    vcpus: int = 16
    memory_mib: int = 65536
    disk_gib: int = 1000


@dataclass
class _Fault:
    op: str
    error: Exception
    is_late: bool


class FakeWorld:
    """`count` hosts; guests boot and images arrive after `boot_s` and `fetch_s` on `clock`, or at once.

    Everything that tests do to the world behind the control plane's back is a method here.
    """

    def __init__(
        self,
        count: int = 1,
        clock: Clock | None = None,
        boot_s: float = 0.0,
        fetch_s: float = 0.0,
        size: FakeSize | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.boot_s = boot_s
        self.fetch_s = fetch_s
        self.copy_s = self.move_s = 0.0
        """How long copies of disks take, and guests that move."""
        self.size = size or FakeSize()
        self.lock = threading.RLock()
        self.hosts: dict[str, FakeHost] = {}
        self.contents: dict[str, str] = {}
        """Checksum of a snapshot's file -> what is written in it."""
        self.has_agents = True
        """Whether a guest agent answers in the guests."""
        self._faults: list[_Fault] = []
        self.events: list[Callable[[str, Event], None]] = []
        self.inventories: list[Callable[[HostInventory], None]] = []
        self.departures: list[Callable[[str], None]] = []
        for _ in range(count):
            self.add_host()

    def add_host(self) -> str:
        number = len(self.hosts) + 1
        host = FakeHost(fake_host_id(number), f"fake-{number}")
        self.hosts[host.host_id] = host
        self._report(host)
        return host.host_id

    def fail_next(self, op: str, error: Exception, times: int = 1, is_late: bool = False) -> None:
        """The next `times` calls of `op` raise `error`: before doing anything, or `is_late` after it."""
        with self.lock:
            self._faults.extend(_Fault(op, error, is_late) for _ in range(times))

    def take_away(self, host_id: str) -> None:
        """The host is not connected until `bring_back`; its guests go on."""
        self.hosts[host_id].is_away = True
        for departure in list(self.departures):
            departure(host_id)

    def bring_back(self, host_id: str) -> None:
        self.hosts[host_id].is_away = False
        self._report(self.hosts[host_id])

    def switch_off(self, server_id: str, power: Power = Power.STOPPED) -> None:
        """The guest goes off (STOPPED) or dies (CRASHED) by itself, and its host tells."""
        with self.lock:
            host, guest = self.find_guest(server_id)
            guest.power = guest.next_power = power
            guest.end_consoles()
        self.tell(host.host_id, Event("guest_changed", server_id))

    def post_password(self, server_id: str, password: str) -> None:
        """The guest posts its password to the metadata service."""
        self.find_guest(server_id)[1].password = password

    def write(self, server_id: str, content: str) -> None:
        """The guest writes to its root disk."""
        self.find_guest(server_id)[0].disks[server_id].content = content

    def written(self, server_id: str) -> str:
        """What stands on the guest's root disk."""
        return self.find_guest(server_id)[0].disks[server_id].content

    def find_guest(self, server_id: str) -> tuple[FakeHost, FakeGuest]:
        """Of several, as there are before a migration is confirmed, the one that runs."""
        found = [(host, host.guests[server_id]) for host in self.hosts.values() if server_id in host.guests]
        for host, guest in sorted(found, key=lambda pair: pair[1].power is not Power.RUNNING):
            return host, guest
        raise LookupError(f"no fake host has the guest {server_id}")

    def settle(self) -> None:
        """Tell of everything that got finished since: to be called after the clock was moved."""
        with self.lock:
            news = [(host.host_id, event) for host in self.hosts.values() for event in self._news(host)]
        for host_id, event in news:
            self.tell(host_id, event)

    def _news(self, host: FakeHost) -> Iterator[Event]:
        """What got finished on the host, each told once."""
        now = self.clock.monotonic()
        finished: list[tuple[FakeDisk | FakeBase | FakeSnapshot | FakeVolume, Event]] = [
            *((disk, Event("disk_ready", disk_id)) for disk_id, disk in host.disks.items()),
            *((base, Event("disk_ready", base.waiter)) for base in host.bases.values()),
            *((each, Event("snapshot_ready", each.server_id)) for each in host.snapshots.values()),
            *((volume, Event("volume_ready", place.volume_id)) for place, volume in host.volumes.items()),
        ]
        for thing, event in finished:
            if not thing.is_announced and now >= thing.ready_at:
                thing.is_announced = True
                yield event
        for server_id, guest in host.guests.items():
            self.look(guest)
            if not guest.is_announced and guest.power is guest.next_power:
                guest.is_announced = True
                yield Event("guest_changed", server_id)

    def has_base(self, host: FakeHost, source: ImageSource) -> bool:
        base = host.bases.get(source.digest)
        return base is not None and self.clock.monotonic() >= base.ready_at

    def look(self, guest: FakeGuest) -> None:
        """Let the time that passed show in the guest."""
        if guest.power is not guest.next_power and self.clock.monotonic() >= guest.settled_at:
            guest.power = guest.next_power

    def leftovers(self) -> list[str]:
        """All that lies on the hosts, in words: "fake-1: guest 4711"; empty when the world is clean."""
        return [
            f"{host.hostname}: {kind} {name}"
            for host in self.hosts.values()
            for kind, names in _things(self.list_leftovers(host))
            for name in names
        ]

    def list_leftovers(self, host: FakeHost) -> Leftovers:
        nics = [nic for guest in host.guests.values() for nic in guest.spec.nics]
        networks = {nic.metadata.network_id for nic in nics if nic.metadata}
        ports = tuple(sorted({nic.port_id for nic in nics} | host.stray_ports))
        return Leftovers(
            tuple(sorted(host.guests)),
            tuple(sorted(host.disks)),
            ports,
            tuple(sorted(networks)),
            tuple(sorted(host.snapshots)),
            tuple(sorted(host.guests)),
            ports,
        )

    def inventory(self, host: FakeHost) -> HostInventory:
        running = [guest for guest in host.guests.values() if guest.power in (Power.RUNNING, Power.PAUSED)]
        used_memory = sum(guest.spec.memory_mib for guest in running)
        used_disk = sum(disk.spec.size_gib for disk in host.disks.values())
        number = list(self.hosts).index(host.host_id) + 1
        return HostInventory(
            host_id=host.host_id,
            hostname=host.hostname,
            address=f"198.51.{100 + number // 250}.{number % 250}",
            chassis=host.hostname,
            vcpus=self.size.vcpus,
            memory_mib=self.size.memory_mib,
            disk_gib=self.size.disk_gib,
            free_memory_mib=self.size.memory_mib - used_memory,
            free_disk_gib=self.size.disk_gib - used_disk,
            hypervisor="QEMU",
            hypervisor_version=7002000,
            accelerator="tcg",
            cpu=CpuInfo("x86_64", "Fake", "fake", 1, self.size.vcpus, 1),
            uptime_s=int(self.clock.monotonic()),
            load_average=(0.0, 0.0, 0.0),
            agent_version="fake",
            running_guests=len(running),
        )

    def trip(self, op: str, is_late: bool) -> None:
        """Raise what `fail_next` has in store for this call."""
        with self.lock:
            for fault in self._faults:
                if fault.op == op and fault.is_late is is_late:
                    self._faults.remove(fault)
                    raise fault.error

    def _report(self, host: FakeHost) -> None:
        for listener in list(self.inventories):
            listener(self.inventory(host))

    def tell(self, host_id: str, event: Event) -> None:
        """An event reaches the control plane, unless the host is away."""
        if not self.hosts[host_id].is_away:
            for listener in list(self.events):
                listener(host_id, event)


def _things(left: Leftovers) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("guest", left.guests), ("disk", left.disks), ("port", left.ports)
