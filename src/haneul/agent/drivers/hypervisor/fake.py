"""Guests that are only remembered: they boot at once and do what they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.base import GuestPlan, HypervisorFacts
from haneul.agent.drivers.hypervisor.fake_consoles import KINDS, FakeConsole
from haneul.agent.drivers.nic.base import Plug
from haneul.hostapi import DiskUse, GuestUse, NicUse, Power
from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.qcow2 import empty_qcow2


class FakeHypervisor:
    """`heeds_button`: whether guests shut themselves down when asked."""

    def __init__(self, heeds_button: bool = True) -> None:
        self.heeds_button = heeds_button
        self.has_agent = True
        self.passwords: dict[str, tuple[str, str]] = {}
        self.is_away = False
        self.starts = 0
        self.grown: dict[Path, int] = {}
        self._lock = threading.Lock()
        self._plans: dict[str, GuestPlan] = {}
        self._powers: dict[str, Power] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._consoles: dict[tuple[str, str], FakeConsole] = {}

    def facts(self) -> HypervisorFacts:
        return HypervisorFacts("QEMU", 7002000, "tcg")

    def define(self, plan: GuestPlan) -> None:
        self._answer()
        with self._lock:
            self._plans[plan.server_id] = plan
            self._powers.setdefault(plan.server_id, Power.STOPPED)

    def find(self, server_id: str) -> Power:
        self._answer()
        return self._powers.get(server_id, Power.ABSENT)

    def start(self, server_id: str) -> None:
        if self._get(server_id) is Power.SUSPENDED:
            self._move(server_id, Power.RUNNING)
        if self._get(server_id) in (Power.STOPPED, Power.CRASHED):
            plan = self._plans[server_id]
            with plan.console_log.open("a") as console:
                console.write(f"{plan.name} boots\n{plan.name} login: \n")
            self.starts += 1
            self._move(server_id, Power.RUNNING)

    def ask_to_stop(self, server_id: str) -> None:
        if self._get(server_id) is Power.RUNNING and self.heeds_button:
            self._move(server_id, Power.STOPPED)

    def power_off(self, server_id: str) -> None:
        if self._get(server_id) is not Power.STOPPED:
            self._move(server_id, Power.STOPPED)

    def set_volumes(self, server_id: str, own: tuple[DiskFile, ...], volumes: tuple[DiskFile, ...]) -> bool:
        self._get(server_id)
        with self._lock:
            self._plans[server_id] = replace(self._plans[server_id], disks=(*own, *volumes))
        return True

    def set_cards(self, server_id: str, plugs: tuple[Plug, ...]) -> bool:
        self._get(server_id)
        with self._lock:
            self._plans[server_id] = replace(self._plans[server_id], plugs=plugs)
        return True

    def list_cards(self, server_id: str) -> frozenset[str]:
        self._get(server_id)
        return frozenset(plug.device for plug in self._plans[server_id].plugs)

    def grow_disk(self, server_id: str, path: Path, size_bytes: int) -> None:
        self._get(server_id)
        self.grown[path] = size_bytes

    def pause(self, server_id: str) -> None:
        if self._get(server_id) is Power.RUNNING:
            self._move(server_id, Power.PAUSED)

    def resume(self, server_id: str) -> None:
        if self._get(server_id) is Power.PAUSED:
            self._move(server_id, Power.RUNNING)

    def suspend(self, server_id: str) -> None:
        if self._get(server_id) in (Power.RUNNING, Power.PAUSED):
            self._move(server_id, Power.SUSPENDED)

    def copy_disk(self, server_id: str, disk: Path, to: Path) -> bool:
        if self._get(server_id) not in (Power.RUNNING, Power.PAUSED):
            raise Unavailable("guest.copy_failed", f"Ask again: the guest {server_id} has gone off")
        to.write_bytes(empty_qcow2(1024**3, disk.name.encode()))
        return self.has_agent

    def swap_disk(self, server_id: str, old: Path, new: DiskFile) -> None:
        if self._get(server_id) not in (Power.RUNNING, Power.PAUSED):
            raise Conflict("guest.swap_failed", f"Start the guest {server_id} first: it has gone off")
        with self._lock:
            plan = self._plans[server_id]
            if any(disk.path == new.path for disk in plan.disks):
                return
            if all(disk.path != old for disk in plan.disks):
                raise NotFound("volume.no_source", f"The guest has no disk {old}: it was pulled out")
            disks = tuple(new if disk.path == old else disk for disk in plan.disks)
            self._plans[server_id] = replace(plan, disks=disks)

    def give_up_swap(self, server_id: str, old: Path) -> None:
        self._get(server_id)

    def set_password(self, server_id: str, user: str, password: str) -> None:
        if self._get(server_id) is not Power.RUNNING or not self.has_agent:
            raise Conflict("guest.no_agent", "Install the guest agent in the guest: nobody answers there")
        self.passwords[server_id] = (user, password)

    def remove(self, server_id: str) -> None:
        self._answer()
        self._end_consoles(server_id)
        with self._lock:
            self._plans.pop(server_id, None)
            self._powers.pop(server_id, None)

    def list_guests(self) -> tuple[str, ...]:
        self._answer()
        with self._lock:
            return tuple(sorted(self._powers))

    def console(self, server_id: str, kind: str) -> str:
        self._get(server_id)
        if kind not in KINDS:
            raise Conflict("guest.no_console", f"Ask for vnc or serial: guests of this host have no {kind} console")
        with self._lock:
            if (server_id, kind) not in self._consoles:
                self._consoles[server_id, kind] = FakeConsole(kind)
            return self._consoles[server_id, kind].address

    def usage(self, server_id: str) -> GuestUse:
        self._get(server_id)
        plan = self._plans[server_id]
        nics = tuple(NicUse(plug.mac, plug.device, 0, 0, 0, 0, 0, 0, 0, 0) for plug in plan.plugs)
        disks = tuple(DiskUse(f"vd{chr(ord('a') + n)}", 0, 0, 0, 0) for n in range(len(plan.disks)))
        return GuestUse(server_id, (0,) * plan.vcpus, plan.memory_mib, plan.memory_mib, nics, disks)

    def instance_name(self, server_id: str) -> str:
        return f"instance-{server_id[:8]}"

    def on_change(self, callback: Callable[[str], None]) -> None:
        self._listeners.append(callback)

    def close(self) -> None:
        self._listeners.clear()

    def crash(self, server_id: str, power: Power = Power.CRASHED) -> None:
        """The guest goes off by itself."""
        self._move(server_id, power)

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("hypervisor.away", "The hypervisor does not answer: look whether it runs")

    def _get(self, server_id: str) -> Power:
        self._answer()
        if server_id not in self._powers:
            raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
        return self._powers[server_id]

    def _end_consoles(self, server_id: str) -> None:
        with self._lock:
            ended = [self._consoles.pop(key) for key in list(self._consoles) if key[0] == server_id]
        for console in ended:
            console.close()

    def _move(self, server_id: str, power: Power) -> None:
        if power not in (Power.RUNNING, Power.PAUSED):
            self._end_consoles(server_id)
        with self._lock:
            self._powers[server_id] = power
        for listener in list(self._listeners):
            listener(server_id)
