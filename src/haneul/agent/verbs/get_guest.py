"""A guest as it is now."""

from __future__ import annotations

from haneul.agent.journal import GuestRecord
from haneul.agent.parts import Parts
from haneul.hostapi import GuestReport, Power


def get_guest(parts: Parts, server_id: str) -> GuestReport:
    """Power ABSENT when the host has no such guest; never between two steps of what is done to it."""
    with parts.locks.of(server_id):
        return report(parts, server_id, parts.journal.find(server_id))


def report(parts: Parts, server_id: str, record: GuestRecord | None) -> GuestReport:
    power = parts.hypervisor.find(server_id)
    if record is None:
        return GuestReport(server_id, power, is_settled=power is Power.ABSENT)
    waits_for = _waits_for(record, power, parts.boot_id)
    return GuestReport(server_id, power, not waits_for, parts.hypervisor.instance_name(server_id), waits_for)


def _waits_for(record: GuestRecord, power: Power, boot_id: str) -> str:
    """What the host still works on, in words; a guest that went off by itself is left so until somebody asks."""
    if record.off_by is not None:
        return "the guest is asked to shut itself down"
    if power not in (Power.RUNNING, Power.PAUSED) and record.is_due_after(boot_id):
        return "the guest is to be started, as its machine was"
    if power in (Power.STOPPED, Power.CRASHED):
        return ""
    if power is not record.spec.power:
        return f"the guest is {power} and should be {record.spec.power}"
    if record.reboots_done < record.spec.reboot.count and power is Power.RUNNING:
        return "the guest is to be rebooted"
    return ""
