"""A server as the newest version of the API shows it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from haneul.dialects.openstack.compute.forms import Remembering, fine_time, links, reference, time
from haneul.dialects.openstack.compute.server_states import words
from haneul.kit.http import Request
from haneul.services.compute import FlavorSnapshot, Server, ServerState, ServerView

_WITH_PROGRESS = frozenset({ServerState.ACTIVE, ServerState.BUILDING, ServerState.DELETED})


def brief(req: Request, server: Server) -> dict[str, Any]:
    return {"id": server.id, "name": server.name, "links": links(req, "servers", server.id)}


def full(req: Request, view: ServerView, *, is_listed: bool = False) -> dict[str, Any]:
    """All that this caller may see of the server; listings leave its groups out."""
    server, state = view.server, words(view)
    shown = {
        "id": server.id,
        "name": server.name,
        "links": links(req, "servers", server.id),
        "status": state.status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "metadata": dict(server.metadata),
        "hostId": host_hash(server.project_id, view.host.name) if view.host else "",
        "image": reference(req, "images", server.image_id) if server.image_id else "",
        "flavor": _flavor(req, view),
        "created": time(server.created_at),
        "updated": time(server.updated_at),
        "addresses": addresses(view),
        "accessIPv4": server.access_ipv4,
        "accessIPv6": server.access_ipv6,
        "OS-DCF:diskConfig": server.disk_config,
        "OS-EXT-AZ:availability_zone": view.zone,
        "pinned_availability_zone": server.pinned_zone,
        "config_drive": "True" if server.has_config_drive else "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": fine_time(server.launched_at),
        "OS-SRV-USG:terminated_at": fine_time(server.terminated_at),
        "OS-EXT-STS:task_state": state.task_state,
        "OS-EXT-STS:vm_state": state.vm_state,
        "OS-EXT-STS:power_state": state.power_state,
        "os-extended-volumes:volumes_attached": _volumes(view),
        "locked": server.lock is not None,
        "locked_reason": server.lock.reason if server.lock else None,
        "description": server.description,
        "tags": list(server.tags),
        "trusted_image_certificates": None,
        "OS-EXT-SRV-ATTR:hostname": server.hostname,
    }
    if not is_listed:
        shown["server_groups"] = [view.group_id] if view.group_id else []
    _add_occasional(shown, view, state.standing)
    _add_for_administrators(shown, view)
    return shown


def _volumes(view: ServerView) -> list[dict[str, Any]]:
    return [{"id": row.volume_id, "delete_on_termination": row.goes_with_server} for row in view.volumes]


def _add_occasional(shown: dict[str, Any], view: ServerView, state: ServerState) -> None:
    """What is shown in some states only."""
    if view.security_groups:
        shown["security_groups"] = [{"name": name} for name in view.security_groups]
    if state in _WITH_PROGRESS:
        shown["progress"] = 0
    if view.server.fault is not None and state is ServerState.ERROR:
        fault = view.server.fault
        shown["fault"] = {"code": 500, "created": time(fault.at), "message": fault.message}
        if view.sight.attributes:
            shown["fault"]["details"] = fault.details


def _add_for_administrators(shown: dict[str, Any], view: ServerView) -> None:
    if view.sight.host_status:
        shown["host_status"] = host_status(view)
    if view.sight.attributes:
        server, name = view.server, view.host.name if view.host else None
        shown |= {
            "OS-EXT-SRV-ATTR:host": name,
            "OS-EXT-SRV-ATTR:hypervisor_hostname": name,
            "OS-EXT-SRV-ATTR:instance_name": instance_name(server),
            "OS-EXT-SRV-ATTR:reservation_id": server.reservation_id,
            "OS-EXT-SRV-ATTR:launch_index": server.launch_index,
            "OS-EXT-SRV-ATTR:kernel_id": "",
            "OS-EXT-SRV-ATTR:ramdisk_id": "",
            "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
            "OS-EXT-SRV-ATTR:user_data": view.user_data or None,
        }


def instance_name(server: Server) -> str:
    """What the guest is called at its host."""
    return f"haneul-{server.id}"


def host_status(view: ServerView) -> str:
    """UP, MAINTENANCE, DOWN, or nothing for a server without a host."""
    if view.host is None:
        return ""
    if not view.host_is_up:
        return "DOWN"
    return "MAINTENANCE" if view.host.is_disabled else "UP"


@lru_cache(4096)
def host_hash(project_id: str, host_name: str) -> str:
    """By which a tenant tells its servers' hosts apart without learning their names."""
    return hashlib.sha224((project_id + host_name).encode()).hexdigest()


def addresses(view: ServerView) -> dict[str, list[dict[str, Any]]]:
    """By the network's name: every address of the server."""
    by_network: dict[str, list[dict[str, Any]]] = {}
    for each in view.addresses:
        shown = {
            "version": each.version,
            "addr": each.address,
            "OS-EXT-IPS:type": "floating" if each.is_floating else "fixed",
            "OS-EXT-IPS-MAC:mac_addr": each.mac_address,
        }
        by_network.setdefault(each.network_name, []).append(shown)
    return by_network


def _flavor(req: Request, view: ServerView) -> Remembering:
    flavor: FlavorSnapshot = view.server.flavor
    shown = {
        "vcpus": flavor.vcpus,
        "ram": flavor.memory_mib,
        "disk": flavor.disk_gib,
        "ephemeral": flavor.ephemeral_gib,
        "swap": flavor.swap_mib,
        "original_name": flavor.name,
    }
    if view.sight.extra_specs:
        shown["extra_specs"] = dict(flavor.extra_specs)
    return Remembering(shown, reference(req, "flavors", flavor.id))
