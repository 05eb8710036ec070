"""A guest as it should be: look, define if missing, start if not running, report."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.base import GuestPlan
from haneul.agent.drivers.nic.base import Plug
from haneul.agent.journal import GuestRecord
from haneul.agent.metadata.config_drive import build_config_drive
from haneul.agent.parts import Parts
from haneul.agent.verbs.get_guest import report
from haneul.agent.verbs.plug_volumes import volume_files
from haneul.hostapi import Event, GuestReport, GuestSpec, NicSpec, Power
from haneul.kit.errors import Conflict

OFF = (Power.ABSENT, Power.STOPPED, Power.CRASHED)
LIVE = (Power.RUNNING, Power.PAUSED)
ASK_AGAIN_S = 10
"""A guest in the middle of its boot does not hear the power button: it is pressed again."""


def ensure_guest(parts: Parts, spec: GuestSpec) -> GuestReport:
    """Remember the guest as it should be and bring it there, or at least on its way."""
    with parts.locks.of(spec.server_id):
        record = parts.journal.find(spec.server_id)
        _disk_files(parts, spec)
        volume_files(parts, spec)
        record = replace(record, spec=spec) if record else GuestRecord(spec, spec.reboot.count)
        parts.journal.save(record)
        return _steer(parts, record)


def start_after_reboot(parts: Parts, server_id: str) -> None:
    """The machine was started anew: the guest goes on if it did so before."""
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is not None and record.is_due_after(parts.boot_id):
            _steer(parts, record)


def forget_to_start(parts: Parts, server_id: str) -> None:
    """The guest went off by itself and stays so, also when the machine is started anew."""
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is not None and parts.hypervisor.find(server_id) in OFF and record.off_by is None:
            parts.journal.save(replace(record, boot_id=""))


def go_on(parts: Parts, server_id: str) -> None:
    """Continue what waits for the guest to go off; a guest that waits for nothing is left as it is."""
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is not None and record.off_by is not None:
            _steer(parts, record)


def _steer(parts: Parts, record: GuestRecord) -> GuestReport:
    """The next step from how the guest is to how it should be.

    A guest that was asked to shut itself down is waited for, whatever is wanted of it since: it cannot be
    told to stay. Only then is it started again, or left off.
    """
    server_id, wanted = record.spec.server_id, record.spec.power
    power = parts.hypervisor.find(server_id)
    is_reboot_due = record.reboots_done < record.spec.reboot.count and wanted is Power.RUNNING
    if power not in OFF and (wanted is Power.STOPPED or is_reboot_due or record.off_by is not None):
        record = _bring_down(parts, record, power)
        power = parts.hypervisor.find(server_id)
    if wanted is Power.SUSPENDED and power in LIVE:
        _save_memory(parts, server_id)
    elif record.off_by is None or power in OFF:
        record = _bring_up(parts, record, power)
    waits_for = _waits_for(parts, record.spec) if record.off_by is None else ""
    if waits_for:
        detail = f"the guest has not taken or let go of a {waits_for} yet"
        return replace(report(parts, server_id, record), is_settled=False, detail=detail)
    return report(parts, server_id, record)


def _save_memory(parts: Parts, server_id: str) -> None:
    """Goes on after this returns. Raises what ended the last attempt, once: the guest runs on then."""
    parts.jobs.want(
        f"suspend {server_id}",
        partial(parts.hypervisor.suspend, server_id),
        partial(parts.tell, Event("guest_changed", server_id)),
    )


def _waits_for(parts: Parts, spec: GuestSpec) -> str:
    """Have a guest that runs take and let go of volumes and cards; what it has not got to yet, or nothing."""
    if spec.power not in LIVE or parts.hypervisor.find(spec.server_id) not in LIVE:
        return ""
    if not parts.hypervisor.set_volumes(spec.server_id, _disk_files(parts, spec), volume_files(parts, spec)):
        return "volume"
    return "" if _cards_plugged(parts, spec) else "network card"


def _cards_plugged(parts: Parts, spec: GuestSpec) -> bool:
    """A card whose device was taken away is pulled out, and plugged in anew when this is asked again.

    A paused guest lets go once it goes on: until then the card is on no network any more, and that will do.
    """
    wanted = frozenset(parts.nics.device(nic.port_id) for nic in spec.nics)
    there = parts.hypervisor.list_cards(spec.server_id)
    torn = _torn(parts, spec) if there == wanted else ()
    if torn:
        kept = tuple(nic for nic in spec.nics if nic not in torn)
        parts.hypervisor.set_cards(spec.server_id, _plug(parts, replace(spec, nics=kept)))
        return False
    if there == wanted:
        return True
    is_done = parts.hypervisor.set_cards(spec.server_id, _plug(parts, spec))
    _listen(parts, spec)
    if is_done:
        _unplug_others(parts, spec)
    return is_done or (spec.power is Power.PAUSED and wanted <= parts.hypervisor.list_cards(spec.server_id))


def _torn(parts: Parts, spec: GuestSpec) -> tuple[NicSpec, ...]:
    """Cards that lead nowhere, since their devices are gone; one that was only pulled out of the switch is put back."""
    plugged = frozenset(parts.nics.list_plugged())
    loose = (nic for nic in spec.nics if nic.port_id not in plugged)
    return tuple(nic for nic in loose if not parts.nics.put_back(nic, spec.server_id))


def _bring_down(parts: Parts, record: GuestRecord, power: Power) -> GuestRecord:
    """Ask the guest to shut itself down, or switch it off: at the end of its time, or if it cannot hear."""
    spec, now = record.spec, parts.clock.now().timestamp()
    is_hard = spec.power is Power.RUNNING and spec.reboot.is_hard
    off_by = now + spec.stop_timeout_s if record.off_by is None else record.off_by
    if is_hard or power is not Power.RUNNING or now >= off_by:
        parts.hypervisor.power_off(spec.server_id)
        return record
    if record.off_by is None or now >= record.asked_at + ASK_AGAIN_S:
        parts.hypervisor.ask_to_stop(spec.server_id)
        record = replace(record, off_by=off_by, asked_at=now)
        parts.journal.save(record)
    return record


def _bring_up(parts: Parts, record: GuestRecord, power: Power) -> GuestRecord:
    """From off, running or paused to what is wanted; a start counts as every reboot asked for so far."""
    spec = record.spec
    if power in OFF:
        record = replace(record, off_by=None, reboots_done=spec.reboot.count)
        parts.journal.save(record)
        _define(parts, spec)
        if spec.power in (Power.STOPPED, Power.SUSPENDED):
            parts.hypervisor.power_off(spec.server_id)
            return record
    if power in OFF or (power is Power.SUSPENDED and spec.power is not Power.SUSPENDED):
        if power is Power.SUSPENDED:
            _plug(parts, spec)
        parts.hypervisor.start(spec.server_id)
    if spec.power is Power.PAUSED:
        parts.hypervisor.pause(spec.server_id)
    elif spec.power is Power.RUNNING and power is Power.PAUSED:
        parts.hypervisor.resume(spec.server_id)
    if record.boot_id != parts.boot_id and spec.power in LIVE:
        record = replace(record, boot_id=parts.boot_id)
        parts.journal.save(record)
    return record


def _define(parts: Parts, spec: GuestSpec) -> None:
    """Lay out everything that the guest is made of, as its specification says now."""
    folder = parts.guest_folder(spec.server_id)
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    drive = build_config_drive(folder / "config.iso", spec.metadata) if spec.has_config_drive else None
    plugs = _plug(parts, spec)
    _unplug_others(parts, spec)
    _listen(parts, spec)
    parts.hypervisor.define(
        GuestPlan(
            server_id=spec.server_id,
            project_id=spec.project_id,
            name=spec.name,
            vcpus=spec.vcpus,
            memory_mib=spec.memory_mib,
            disks=(*_disk_files(parts, spec), *volume_files(parts, spec)),
            plugs=plugs,
            config_drive=drive,
            console_log=folder / "console.log",
            boot_disk=spec.boot_disk,
        )
    )


def _plug(parts: Parts, spec: GuestSpec) -> tuple[Plug, ...]:
    return tuple(parts.nics.ensure(nic, spec.server_id) for nic in spec.nics)


def _unplug_others(parts: Parts, spec: GuestSpec) -> None:
    parts.nics.remove(spec.server_id, keep=frozenset(nic.port_id for nic in spec.nics))


def _listen(parts: Parts, spec: GuestSpec) -> None:
    """The metadata service answers on the guest's networks."""
    with parts.locks.of("metadata"):
        for nic in spec.nics:
            if nic.metadata is not None:
                parts.metadata.ensure(nic.metadata)


def _disk_files(parts: Parts, spec: GuestSpec) -> tuple[DiskFile, ...]:
    files = []
    for disk in spec.disks:
        file = parts.disks.find(disk.disk_id)
        if file is None:
            raise Conflict("guest.disk_missing", f"Make disk {disk.disk_id} on this host first")
        files.append(replace(file, serial=disk.serial, bus=disk.bus, device=disk.device, target=disk.target))
    return tuple(files)
