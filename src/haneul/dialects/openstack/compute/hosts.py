"""The hosts API, until 2.42: machines by name, before there were services and hypervisors."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.schemas.forms import Schema
from haneul.kit.errors import Conflict, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Host

_SWITCH: Schema = {"type": "string", "pattern": "^(?i:enable|disable)$"}
UPDATE_HOST: Schema = {
    "type": "object",
    "properties": {"status": _SWITCH, "maintenance_mode": _SWITCH},
    "minProperties": 1,
    "additionalProperties": False,
}


def list_hosts(cloud: Cloud, req: Request) -> Reply:
    zone = req.query.get("zone")
    found = cloud.compute.hosts.list(req.caller, "os_compute_api:os-hosts:list")
    zones, default = cloud.compute.zones.by_host(), cloud.compute.zones.default
    shown = [
        {"host_name": host.name, "service": "compute", "zone": zones.get(host.id, default)}
        for host in found
        if zone in (None, "", zones.get(host.id, default))
    ]
    return Reply(200, {"hosts": shown})


def get_host(cloud: Cloud, req: Request) -> Reply:
    wanted = req.params["host"]
    cloud.compute.hosts.list(req.caller, "os_compute_api:os-hosts:show")
    for each in cloud.compute.hosts.hypervisors(req.caller, "list"):
        if each.host.name == wanted and each.host.inventory is not None:
            has = each.host.inventory
            rows = [
                ("(total)", has.vcpus, has.memory_mib, has.disk_gib),
                ("(used_now)", each.vcpus_used, each.memory_mib_used, each.disk_gib_used),
                ("(used_max)", each.vcpus_used, each.memory_mib_used, each.disk_gib_used),
            ]
            return Reply(200, {"host": [{"resource": _resource(wanted, *row)} for row in rows]})
    raise NotFound("host.absent", f"Compute host {wanted} could not be found.")


def _resource(host: str, project: str, cpu: int, memory_mb: int, disk_gb: int) -> dict[str, Any]:
    return {"host": host, "project": project, "cpu": cpu, "memory_mb": memory_mb, "disk_gb": disk_gb}


def update_host(cloud: Cloud, req: Request) -> Reply:
    host = _by_name(cloud, req, "update")
    if "maintenance_mode" in req.body:
        raise _not_steerable("Hosts have no maintenance mode: disable the host and move its servers away.")
    if req.body["status"].lower() == "enable":
        cloud.compute.hosts.enable(req.caller, host.id)
        return Reply(200, {"host": host.name, "status": "enabled"})
    cloud.compute.hosts.disable(req.caller, host.id)
    return Reply(200, {"host": host.name, "status": "disabled"})


def start_host(cloud: Cloud, req: Request) -> Reply:
    return _power(cloud, req, "start")


def shut_host_down(cloud: Cloud, req: Request) -> Reply:
    return _power(cloud, req, "shutdown")


def reboot_host(cloud: Cloud, req: Request) -> Reply:
    return _power(cloud, req, "reboot")


def _power(cloud: Cloud, req: Request, action: str) -> Reply:
    _by_name(cloud, req, action)
    raise _not_steerable("The cloud does not switch its hosts on and off: do so at the machine.")


def _by_name(cloud: Cloud, req: Request, action: str) -> Host:
    for host in cloud.compute.hosts.list(req.caller, f"os_compute_api:os-hosts:{action}"):
        if host.name == req.params["host"]:
            return host
    raise NotFound("host.absent", f"Compute host {req.params['host']} could not be found.")


def _not_steerable(message: str) -> Conflict:
    return Conflict("host.not_steerable", message)
