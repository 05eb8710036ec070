"""A server runs from another image, so that its own disk can be mended."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import DiskSpec, Power
from haneul.kit.errors import Unavailable
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.model import Rescue, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.asked import AskedBy
from haneul.services.compute.workflows.guests import (
    bring_back,
    guest_is,
    guest_spec,
    host_of,
    is_away,
    power_of,
    rescue_disk_id,
)

GUEST_DEADLINE_S = 300.0
DISK_DEADLINE_S = 1800.0


@workflow
def rescue_server(run: Run, server_id: ServerId, asked_by: AskedBy, rescue: Rescue, was_stopped: bool) -> None:
    run.wait(guest_off, server_id, was_stopped, deadline_s=GUEST_DEADLINE_S, undo=guest_again)
    run.wait(rescue_disk_ready, server_id, rescue, deadline_s=DISK_DEADLINE_S, undo=drop_rescue_disk)
    run.step(note_rescue, server_id, rescue, undo=forget_rescue)
    run.wait(guest_in_rescue, server_id, deadline_s=GUEST_DEADLINE_S)
    run.step(mark_rescued, server_id)


@workflow
def unrescue_server(run: Run, server_id: ServerId, asked_by: AskedBy, rescue: Rescue) -> None:
    """No step has an undo: asked again it goes on where it was."""
    run.wait(rescue_disk_gone, server_id, rescue, deadline_s=GUEST_DEADLINE_S)
    run.step(forget_rescue, server_id, rescue)
    run.wait(guest_runs, server_id, deadline_s=GUEST_DEADLINE_S)
    run.step(mark_active, server_id)


def guest_off(parts: Parts, server_id: ServerId, was_stopped: bool) -> bool:
    return guest_is(parts, server_id, Power.STOPPED)


def guest_again(parts: Parts, server_id: ServerId, was_stopped: bool) -> None:
    bring_back(parts, server_id, power_of(was_stopped))


def rescue_disk_ready(parts: Parts, server_id: ServerId, rescue: Rescue) -> bool:
    source = parts.image.images.source(INTERNAL, rescue.image_id)
    disk = DiskSpec(rescue_disk_id(server_id), 0, source)
    return parts.hosts.ensure_disk(host_of(parts, server_id), disk).is_ready


def drop_rescue_disk(parts: Parts, server_id: ServerId, _rescue: Rescue) -> None:
    """As an undo: the guest is off and made without it, and the disk is gone."""
    host_id = host_of(parts, server_id)
    if not is_away(parts, host_id) and not rescue_disk_gone(parts, server_id, _rescue):
        raise Unavailable("guest.not_back", f"Guest {server_id} is still being switched off.")


def note_rescue(parts: Parts, server_id: ServerId, rescue: Rescue) -> None:
    parts.store.servers.change(server_id, parts.clock.now(), rescue=rescue)


def forget_rescue(parts: Parts, server_id: ServerId, _rescue: Rescue) -> None:
    parts.store.servers.change(server_id, parts.clock.now(), rescue=None)


def guest_in_rescue(parts: Parts, server_id: ServerId) -> bool:
    """No undo: what goes before it is taken back by making the guest as it was."""
    return guest_is(parts, server_id, Power.RUNNING)


def mark_rescued(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.RESCUED, parts.clock.now())


def rescue_disk_gone(parts: Parts, server_id: ServerId, rescue: Rescue) -> bool:
    """The guest is off and made without it, and the disk is gone."""
    host_id, server = host_of(parts, server_id), parts.store.servers.get(server_id)
    report = parts.hosts.ensure_guest(host_id, guest_spec(parts, replace(server, rescue=None), Power.STOPPED))
    if not report.is_settled or report.power is not Power.STOPPED:
        return False
    parts.hosts.remove_disk(host_id, rescue_disk_id(server_id))
    return True


def guest_runs(parts: Parts, server_id: ServerId) -> bool:
    return guest_is(parts, server_id, Power.RUNNING)


def mark_active(parts: Parts, server_id: ServerId) -> None:
    parts.store.servers.move(server_id, ServerState.ACTIVE, parts.clock.now())
