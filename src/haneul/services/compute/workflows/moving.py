"""What all moves have in common: room on both sides, the disk, the row, the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haneul.hostapi import DiskSpec, ImageSource, Power, SnapshotSpec, owner_of
from haneul.kit.errors import Unavailable
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault as RunFault
from haneul.services.compute.model import SWAP, ChosenPlace, FlavorSnapshot, MoveOrder, MoveStatus, ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import (
    bring_back,
    guest_spec,
    host_of,
    is_away,
    power_of,
    remove_guest_now,
)
from haneul.services.compute.workflows.nics import ports_of
from haneul.services.compute.workflows.own_disks import disk_ids, guest_disks, local_disks_with
from haneul.services.compute.workflows.placing import choose_host, resources_of
from haneul.services.network import HostBinding
from haneul.services.placement import ConsumerId, ProviderId

KEPT = ".before"
FAR = "/"
"""Between host and snapshot in the name of an image that is no image but another host's snapshot."""


def claim_place(parts: Parts, server_id: ServerId, order: MoveOrder) -> ChosenPlace:
    """Room for the server as it shall be; what it has is held on behalf of the move until that is over.

    Raises NoCapacity("placement.no_host").
    """
    with parts.db.write():
        server, move = parts.store.servers.get(server_id), parts.store.moves.get(order.id)
        if move.target_id is not None:
            return move.place
        source_id = ProviderId(host_of(parts, server_id))
        _hold(parts, order.id, server_id, source_id)
        birth = replace(parts.store.servers.birth(server_id), host_id=order.host_id)
        away_from = frozenset() if order.may_stay else frozenset({str(source_id)})
        target_id = choose_host(parts, replace(server, flavor=order.flavor), birth, away_from)
        parts.store.moves.change(order.id, parts.clock.now(), status=MoveStatus.RUNNING, target_id=target_id)
        return ChosenPlace(order.id, source_id, target_id)


def _hold(parts: Parts, move_id: str, server_id: ServerId, source_id: ProviderId) -> None:
    server = parts.store.servers.get(server_id)
    parts.placement.claims.release(ConsumerId(server_id))
    held = resources_of(server.flavor, boots_from_volume=server.boots_from_volume)
    parts.placement.claims.claim(ConsumerId(move_id), source_id, held, server.project_id, server.user_id)


def give_place_back(parts: Parts, server_id: ServerId, order: MoveOrder) -> None:
    """The server holds again what it held before, and nothing else."""
    with parts.db.write():
        move = parts.store.moves.find(order.id)
        if move is None or parts.placement.claims.find(ConsumerId(move.id)) is None:
            return
        parts.placement.claims.release(ConsumerId(move.id))
        parts.placement.claims.release(ConsumerId(server_id))
        server = parts.store.servers.get(server_id)
        held = resources_of(move.old_flavor, boots_from_volume=server.boots_from_volume)
        provider_id = ProviderId(move.source_id)
        parts.placement.claims.claim(ConsumerId(server_id), provider_id, held, move.project_id, move.user_id)


def give_source_back(parts: Parts, place: ChosenPlace) -> None:
    """What the server had before is free."""
    parts.placement.claims.release(ConsumerId(place.move_id))


def disk_carried(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> bool:
    """The disks are where they shall be, as large as they shall be; the old ones are kept as they were.

    Volumes stay where they are: a server goes only where it reaches them. Swap begins anew.
    """
    server = replace(parts.store.servers.get(server_id), flavor=order.flavor)
    disks = guest_disks(server, local_disks_with(parts, server_id, order.flavor))
    kept = disk_ids(server_id, parts.store.servers.birth(server_id).local_disks)
    carry = _resized_here if place.is_here else _carried_over
    done = [carry(parts, place, disk) if _has_data(disk, kept) else _made(parts, place, disk) for disk in disks]
    return all(done)


def _has_data(disk: DiskSpec, kept: Sequence[str]) -> bool:
    return disk.filesystem != SWAP and disk.disk_id in kept


def _made(parts: Parts, place: ChosenPlace, disk: DiskSpec) -> bool:
    return parts.hosts.ensure_disk(place.target_id, disk).is_ready


def _resized_here(parts: Parts, place: ChosenPlace, disk: DiskSpec) -> bool:
    is_kept = parts.hosts.copy_disk(place.source_id, disk.disk_id, kept_disk_id(disk.disk_id)).is_ready
    return is_kept and _made(parts, place, disk)


def _carried_over(parts: Parts, place: ChosenPlace, disk: DiskSpec) -> bool:
    snapshot_id = _carrier(place, disk.disk_id)
    spec = SnapshotSpec(snapshot_id, owner_of(disk.disk_id), disk.disk_id)
    made = parts.hosts.ensure_snapshot(place.source_id, spec)
    if not made.is_ready:
        return False
    source = ImageSource(f"{place.source_id}{FAR}{snapshot_id}", made.sha512, made.size_bytes, "qcow2")
    return _made(parts, place, replace(disk, image=source))


def _carrier(place: ChosenPlace, disk_id: str) -> str:
    """The name of the copy by which a disk travels: begins with its server's id, as those of all copies do."""
    server_id, _, name = disk_id.partition(".")
    return ".".join(filter(None, (server_id, place.move_id, name)))


def disk_back(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> None:
    """The disks are what they were and where they were, and nothing of them anywhere else."""
    old, new = _ids_before_and_after(parts, server_id, place)
    if not place.is_here:
        if not is_away(parts, place.target_id):
            for disk_id in new:
                parts.hosts.remove_disk(place.target_id, disk_id)
        drop_snapshot(parts, server_id, place)
    elif not is_away(parts, place.source_id):
        for disk_id in old:
            parts.hosts.restore_disk(place.source_id, disk_id, kept_disk_id(disk_id))
        _remove_added(parts, server_id, place, [disk_id for disk_id in new if disk_id not in old])


def _remove_added(parts: Parts, server_id: ServerId, place: ChosenPlace, added: Sequence[str]) -> None:
    """Disks that came with the new flavor go; before that the guest is made without them.

    Raises Unavailable until its host has done that.
    """
    if not added:
        return
    old_flavor = parts.store.moves.get(place.move_id).old_flavor
    server = replace(parts.store.servers.get(server_id), flavor=old_flavor)
    spec = guest_spec(parts, server, Power.STOPPED, local_disks_with(parts, server_id, old_flavor))
    report = parts.hosts.ensure_guest(place.source_id, spec)
    if not report.is_settled or report.power is not Power.STOPPED:
        raise Unavailable("guest.not_back", f"Guest {server_id} is still being switched off.")
    for disk_id in added:
        parts.hosts.remove_disk(place.source_id, disk_id)


def _ids_before_and_after(
    parts: Parts, server_id: ServerId, place: ChosenPlace
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    move = parts.store.moves.get(place.move_id)
    old, new = (local_disks_with(parts, server_id, flavor) for flavor in (move.old_flavor, move.new_flavor))
    return disk_ids(server_id, old), disk_ids(server_id, new)


def drop_snapshot(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """What was made for carrying them is gone, or its host is away: then it is cleared away later."""
    if not place.is_here and not is_away(parts, place.source_id):
        for disk_id in _ids_before_and_after(parts, server_id, place)[0]:
            parts.hosts.remove_snapshot(place.source_id, _carrier(place, disk_id))


def kept_disk_id(disk_id: str) -> str:
    """The disk as it was before a resize on the same host."""
    return f"{disk_id}{KEPT}"


def switch_over(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> None:
    _switch(parts, server_id, order.flavor, place.target_id)


def switch_back(parts: Parts, server_id: ServerId, place: ChosenPlace, _order: MoveOrder) -> None:
    _switch(parts, server_id, parts.store.moves.get(place.move_id).old_flavor, place.source_id)


def _switch(parts: Parts, server_id: ServerId, flavor: FlavorSnapshot, host_id: str) -> None:
    with parts.db.write():
        local_disks = local_disks_with(parts, server_id, flavor)
        parts.store.servers.set_flavor(server_id, flavor, local_disks, host_id, parts.clock.now())


def plug_ports_there(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    bind_ports(parts, server_id, place.target_id)


def plug_ports_back(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    bind_ports(parts, server_id, place.source_id)


def bind_ports(parts: Parts, server_id: ServerId, host_id: str | None) -> None:
    """All ports of the server shall come up on that host, or on none."""
    host = None if host_id is None else parts.store.hosts.find(host_id)
    binding = HostBinding("", "", "")
    if host is not None and host.inventory is not None:
        binding = HostBinding(host.id, host.name, host.inventory.chassis)
    for port in ports_of(parts, server_id):
        parts.network.ports.bind(INTERNAL, port.id, server_id, binding)


def guest_not_there(parts: Parts, server_id: ServerId, place: ChosenPlace, _order: MoveOrder) -> None:
    """As an undo: nothing of the guest runs with what it should have got."""
    if place.is_here:
        bring_back(parts, server_id, power_of(was_stopped=True))
    else:
        remove_guest_now(parts, server_id, place.target_id)


def source_cleared(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """What stayed behind for a way back is gone, or its host is away: then it is cleared away later."""
    if is_away(parts, place.source_id):
        return
    old, new = _ids_before_and_after(parts, server_id, place)
    if place.is_here:
        gone = [*map(kept_disk_id, old), *(disk_id for disk_id in old if disk_id not in new)]
    else:
        remove_guest_now(parts, server_id, place.source_id)
        gone = [*old]
    for disk_id in gone:
        parts.hosts.remove_disk(place.source_id, disk_id)


def tell_move_failed(parts: Parts, server_id: ServerId, order: MoveOrder, fault: RunFault) -> None:
    """The server is as it was; its move says that it came to nothing, and why is told by the action."""
    status = MoveStatus.CANCELLED if fault.code == "run.cancelled" else MoveStatus.ERROR
    parts.store.moves.change(order.id, parts.clock.now(), status=status)
