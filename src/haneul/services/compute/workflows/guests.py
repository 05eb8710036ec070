"""What the steps of several workflows tell hosts about a guest and its disks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haneul.hostapi import DiskSpec, GuestSpec, Power, RebootSpec, VolumeDisk
from haneul.kit.errors import Conflict, NoCapacity, Unavailable
from haneul.services.compute.model import LocalDisk, Server, ServerId
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.disks import volume_disks
from haneul.services.compute.workflows.metadata import guest_metadata
from haneul.services.compute.workflows.nics import in_order
from haneul.services.compute.workflows.own_disks import guest_disks
from haneul.services.compute.workflows.sightings import host_is_up


def guest_spec(
    parts: Parts, server: Server, power: Power, local_disks: tuple[LocalDisk, ...] | None = None
) -> GuestSpec:
    """The guest as it should be, its disks and ports being there; with other local disks than it has, if given."""
    birth = parts.store.servers.birth(server.id)
    if local_disks is not None:
        birth = replace(birth, local_disks=local_disks)
    volumes = volume_disks(parts, server)
    disks, boot_disk = _disks(server, birth.local_disks, volumes)
    return GuestSpec(
        server_id=server.id,
        project_id=server.project_id,
        name=server.name,
        vcpus=server.flavor.vcpus,
        memory_mib=server.flavor.memory_mib,
        disks=disks,
        boot_disk=boot_disk,
        nics=in_order(parts, server.id, birth),
        metadata=guest_metadata(parts, server, birth),
        has_config_drive=server.has_config_drive,
        power=power,
        reboot=RebootSpec(server.reboots, server.is_last_reboot_hard),
        stop_timeout_s=parts.tuning.stop_timeout_s,
        volumes=volumes,
    )


def _disks(
    server: Server, local_disks: Sequence[LocalDisk], volumes: Sequence[VolumeDisk]
) -> tuple[tuple[DiskSpec, ...], int]:
    """The guest's own disks, and which of them and of the volumes behind them it boots from."""
    own = guest_disks(server, local_disks)
    if server.rescue is None:
        boot_volume = next((at for at, volume in enumerate(volumes) if volume.is_boot), 0)
        return own, len(own) + boot_volume if server.boots_from_volume else 0
    rescue = DiskSpec(rescue_disk_id(server.id), 0, bus=server.rescue.bus, device=server.rescue.device)
    return ((*own, rescue), len(own)) if server.rescue.is_stable else ((rescue, *own), 0)


def rescue_disk_id(server_id: str) -> str:
    return f"{server_id}.rescue"


def guest_is(parts: Parts, server_id: ServerId, power: Power) -> bool:
    """Have the host bring the guest to `power`; True once it is there. Raises Conflict("server.no_host")."""
    server, host_id = parts.store.servers.get(server_id), host_of(parts, server_id)
    report = parts.hosts.ensure_guest(host_id, guest_spec(parts, server, power))
    return report.is_settled and report.power is power


def bring_back(parts: Parts, server_id: ServerId, power: Power) -> None:
    """As an undo: the guest is at `power` again, or its host is away.

    Raises Unavailable while the host still works towards it.
    """
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is None or is_away(parts, host_id):
        return
    if not guest_is(parts, server_id, power):
        raise Unavailable("guest.not_back", f"Guest {server_id} is not {power} again yet.")


def power_of(was_stopped: bool) -> Power:
    return Power.STOPPED if was_stopped else Power.RUNNING


def host_of(parts: Parts, server_id: ServerId) -> str:
    """The host that it is on. Raises Conflict("server.no_host")."""
    host_id = parts.store.servers.get(server_id).host_id
    if host_id is None:
        raise Conflict("server.no_host", f"Server {server_id} is on no host: delete it and create another.")
    return host_id


def is_away(parts: Parts, host_id: str) -> bool:
    """True for a host that was not heard of for a while: what it has is cleared away when it is back.

    One whose connection was lost just now is waited for: asking it raises Unavailable until it is back or away.
    """
    if any(host.host_id == host_id for host in parts.hosts.connected()):
        return False
    host = parts.store.hosts.find(host_id)
    return host is None or not host.is_up(parts.clock.now(), parts.tuning.seen_within_s)


def require_host(parts: Parts, host_id: str) -> None:
    """Raises NoCapacity("host.lost") once the host is away for longer than hosts may be unseen."""
    host = parts.store.hosts.find(host_id)
    if is_away(parts, host_id) and (host is None or not host_is_up(parts, host)):
        raise NoCapacity(
            "host.lost", "The host on which the server was to be went away: delete the server and create it again."
        )


def remove_guest_now(parts: Parts, server_id: ServerId, host_id: str) -> None:
    """The guest is gone, or its host is away. Raises Unavailable while the host still works on it."""
    if is_away(parts, host_id):
        return
    report = parts.hosts.remove_guest(host_id, server_id)
    if report.power is not Power.ABSENT:
        raise Unavailable("guest.still_there", f"Guest {server_id} is still being removed: {report.detail}")
