"""What all moves have in common: room on both sides, the disk, the row, the network."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import DiskSpec, ImageSource, SnapshotSpec
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault as RunFault
from haneul.services.compute.model import ChosenPlace, MoveOrder, MoveStatus, ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import bring_back, host_of, is_away, power_of, remove_guest_now, serial_of
from haneul.services.compute.workflows.nics import ports_of
from haneul.services.compute.workflows.placing import choose_host, resources_of
from haneul.services.network import HostBinding
from haneul.services.placement import ConsumerId, ProviderId

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
    """The disk is where it shall be, as large as it shall be; the old one is kept as it was.

    Volumes stay where they are: a server goes only where it reaches them.
    """
    if parts.store.servers.get(server_id).boots_from_volume:
        return True
    disk = DiskSpec(server_id, order.flavor.disk_gib, serial=serial_of(server_id))
    if place.is_here:
        is_kept = parts.hosts.copy_disk(place.source_id, server_id, kept_disk_id(server_id)).is_ready
        return is_kept and parts.hosts.ensure_disk(place.target_id, disk).is_ready
    snapshot_id = f"{server_id}.{place.move_id}"
    made = parts.hosts.ensure_snapshot(place.source_id, SnapshotSpec(snapshot_id, server_id, server_id))
    if not made.is_ready:
        return False
    source = ImageSource(f"{place.source_id}{FAR}{snapshot_id}", made.sha512, made.size_bytes, "qcow2")
    return parts.hosts.ensure_disk(place.target_id, replace(disk, image=source)).is_ready


def disk_back(parts: Parts, server_id: ServerId, place: ChosenPlace, _order: MoveOrder) -> None:
    """The disk is what it was and where it was, and nothing of it anywhere else."""
    if not place.is_here:
        if not is_away(parts, place.target_id):
            parts.hosts.remove_disk(place.target_id, server_id)
        drop_snapshot(parts, server_id, place)
    elif not is_away(parts, place.source_id):
        parts.hosts.restore_disk(place.source_id, server_id, kept_disk_id(server_id))


def drop_snapshot(parts: Parts, server_id: ServerId, place: ChosenPlace) -> None:
    """What was made for carrying it is gone, or its host is away: then it is cleared away later."""
    if not place.is_here and not is_away(parts, place.source_id):
        parts.hosts.remove_snapshot(place.source_id, f"{server_id}.{place.move_id}")


def kept_disk_id(server_id: str) -> str:
    """The disk as it was before a resize on the same host."""
    return f"{server_id}.before"


def switch_over(parts: Parts, server_id: ServerId, place: ChosenPlace, order: MoveOrder) -> None:
    parts.store.servers.set_flavor(server_id, order.flavor, place.target_id, parts.clock.now())


def switch_back(parts: Parts, server_id: ServerId, place: ChosenPlace, _order: MoveOrder) -> None:
    with parts.db.write():
        old_flavor = parts.store.moves.get(place.move_id).old_flavor
        parts.store.servers.set_flavor(server_id, old_flavor, place.source_id, parts.clock.now())


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
    if place.is_here:
        parts.hosts.remove_disk(place.source_id, kept_disk_id(server_id))
        return
    remove_guest_now(parts, server_id, place.source_id)
    parts.hosts.remove_disk(place.source_id, server_id)


def tell_move_failed(parts: Parts, server_id: ServerId, order: MoveOrder, fault: RunFault) -> None:
    """The server is as it was; its move says that it came to nothing, and why is told by the action."""
    status = MoveStatus.CANCELLED if fault.code == "run.cancelled" else MoveStatus.ERROR
    parts.store.moves.change(order.id, parts.clock.now(), status=status)
