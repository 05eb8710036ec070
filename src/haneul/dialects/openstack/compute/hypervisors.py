"""Hypervisors: what hosts have, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import Remembering
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Hypervisor


def brief(hypervisor: Hypervisor) -> Remembering:
    host = hypervisor.host
    shown = {
        "id": host.id,
        "hypervisor_hostname": host.name,
        "state": "up" if hypervisor.is_up else "down",
        "status": "disabled" if host.is_disabled else "enabled",
    }
    return Remembering(shown, {"number": host.number})


def full(hypervisor: Hypervisor) -> Remembering:
    host, shown = hypervisor.host, brief(hypervisor)
    inventory = host.inventory
    if inventory is None:
        raise NotFound("host.never_connected", f"Hypervisor {host.id} has not told yet what it has.")
    shown |= {
        "hypervisor_type": inventory.hypervisor,
        "hypervisor_version": inventory.hypervisor_version,
        "host_ip": inventory.address,
        "uptime": _uptime(hypervisor),
        "service": {"id": host.id, "host": host.name, "disabled_reason": host.disabled_reason},
    }
    cpu = inventory.cpu
    shown.older |= {
        "cpu_info": {
            "arch": cpu.arch,
            "model": cpu.model,
            "vendor": cpu.vendor,
            "features": list(cpu.features),
            "topology": {"sockets": cpu.sockets, "cores": cpu.cores, "threads": cpu.threads},
        },
        "current_workload": hypervisor.building,
        "disk_available_least": inventory.free_disk_gib,
        "free_disk_gb": inventory.disk_gib - hypervisor.disk_gib_used,
        "free_ram_mb": inventory.memory_mib - hypervisor.memory_mib_used,
        "local_gb": inventory.disk_gib,
        "local_gb_used": hypervisor.disk_gib_used,
        "memory_mb": inventory.memory_mib,
        "memory_mb_used": hypervisor.memory_mib_used,
        "running_vms": hypervisor.servers,
        "vcpus": inventory.vcpus,
        "vcpus_used": hypervisor.vcpus_used,
    }
    return shown


def _uptime(hypervisor: Hypervisor) -> str | None:
    """As the command `uptime` words it; nothing for a host that is down."""
    inventory = hypervisor.host.inventory
    if inventory is None or not hypervisor.is_up:
        return None
    days, rest = divmod(inventory.uptime_s, 86400)
    load = ", ".join(f"{value:.2f}" for value in inventory.load_average)
    return f" up {days} days, {rest // 3600}:{rest % 3600 // 60:02},  0 users,  load average: {load}\n"


def _found(cloud: Cloud, req: Request, rule: str) -> list[Hypervisor]:
    pattern = req.query.get("hypervisor_hostname_pattern")
    everyone = cloud.compute.hosts.hypervisors(req.caller, rule)
    found = [each for each in everyone if pattern is None or pattern in each.host.name]
    if pattern is not None and not found:
        raise NotFound("host.absent", f"No hypervisor matching '{pattern}' could be found.")
    marker, limit = req.query.get("marker"), req.query.get_int("limit")
    if marker is not None:
        ids: list[str] = [each.host.id for each in found]
        if marker not in ids:
            raise NotFound("page.marker", f"marker [{marker}] not found")
        found = found[ids.index(marker) + 1 :]
    return found[:limit]


def list_hypervisors(cloud: Cloud, req: Request) -> Reply:
    found = _found(cloud, req, "list")
    return Reply(200, {"hypervisors": _with_servers(cloud, req, [brief(each) for each in found])})


def list_hypervisors_detail(cloud: Cloud, req: Request) -> Reply:
    found = _found(cloud, req, "list-detail")
    return Reply(200, {"hypervisors": _with_servers(cloud, req, [full(each) for each in found])})


def get_hypervisor(cloud: Cloud, req: Request) -> Reply:
    hypervisor = _one(cloud, req, "show")
    return Reply(200, {"hypervisor": _with_servers(cloud, req, [full(hypervisor)])[0]})


def _one(cloud: Cloud, req: Request, rule: str) -> Hypervisor:
    wanted = req.params["hypervisor_id"]
    for hypervisor in cloud.compute.hosts.hypervisors(req.caller, rule):
        if wanted in (hypervisor.host.id, str(hypervisor.host.number)):
            return hypervisor
    raise NotFound("host.absent", f"Hypervisor with ID '{wanted}' could not be found.")


def _with_servers(cloud: Cloud, req: Request, shown: list[Remembering]) -> list[Remembering]:
    if req.query.get_bool("with_servers", False):
        servers = cloud.compute.hosts.servers_by_host(req.caller)
        for hypervisor in shown:
            hypervisor["servers"] = _named(servers.get(hypervisor["id"], ()))
    return shown


def _named(servers: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "uuid": server_id} for server_id, name in servers]


def get_hypervisor_uptime(cloud: Cloud, req: Request) -> Reply:
    """Until 2.87: since then it is part of the hypervisor."""
    hypervisor = _one(cloud, req, "uptime")
    shown = brief(hypervisor)
    shown["uptime"] = _uptime(hypervisor)
    return Reply(200, {"hypervisor": shown})


def search_hypervisors(cloud: Cloud, req: Request) -> Reply:
    """Until 2.52."""
    pattern = req.params["pattern"]
    found = [each for each in cloud.compute.hosts.hypervisors(req.caller, "search") if pattern in each.host.name]
    if not found:
        raise NotFound("host.absent", f"No hypervisor matching '{pattern}' could be found.")
    return Reply(200, {"hypervisors": [brief(each) for each in found]})


def list_hypervisor_servers(cloud: Cloud, req: Request) -> Reply:
    """Until 2.52."""
    pattern = req.params["pattern"]
    found = [each for each in cloud.compute.hosts.hypervisors(req.caller, "servers") if pattern in each.host.name]
    if not found:
        raise NotFound("host.absent", f"No hypervisor matching '{pattern}' could be found.")
    servers = cloud.compute.hosts.servers_by_host(req.caller)
    shown = [brief(each) for each in found]
    for entry in shown:
        if entry["id"] in servers:
            entry["servers"] = _named(servers[entry["id"]])
    return Reply(200, {"hypervisors": shown})


_SUMMED = [
    "vcpus",
    "memory_mb",
    "local_gb",
    "vcpus_used",
    "memory_mb_used",
    "local_gb_used",
    "free_ram_mb",
    "free_disk_gb",
    "current_workload",
    "running_vms",
    "disk_available_least",
]


def get_hypervisor_statistics(cloud: Cloud, req: Request) -> Reply:
    """Until 2.87: the sums over all."""
    everyone = [full(each).older for each in cloud.compute.hosts.hypervisors(req.caller, "statistics")]
    sums: dict[str, Any] = {name: sum(each[name] for each in everyone) for name in _SUMMED}
    return Reply(200, {"hypervisor_statistics": {"count": len(everyone)} | sums})
