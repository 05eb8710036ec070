"""Compute services: one on every host. And the zones that they are in."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import Remembering, fine_time
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Host, Zone

BINARY = "nova-compute"


def _shown(cloud: Cloud, host: Host, zone: str) -> Remembering:
    shown = {
        "id": host.id,
        "binary": BINARY,
        "host": host.name,
        "zone": zone,
        "status": "disabled" if host.is_disabled else "enabled",
        "state": "up" if cloud.compute.hosts.is_up(host) else "down",
        "updated_at": fine_time(host.seen_at),
        "disabled_reason": host.disabled_reason,
        "forced_down": host.is_forced_down,
    }
    return Remembering(shown, {"number": host.number})


def list_services(cloud: Cloud, req: Request) -> Reply:
    host, binary = req.query.get("host"), req.query.get("binary")
    found = cloud.compute.hosts.list(req.caller, "os_compute_api:os-services:list")
    wanted = [each for each in found if binary in (None, BINARY) and host in (None, each.name)]
    zones, default = cloud.compute.zones.by_host(), cloud.compute.zones.default
    return Reply(200, {"services": [_shown(cloud, each, zones.get(each.id, default)) for each in wanted]})


def update_service(cloud: Cloud, req: Request) -> Reply:
    """Since 2.53: status, reason and forced_down in one."""
    asked, host_id = req.body, req.params["service_id"]
    hosts = cloud.compute.hosts
    if asked.get("disabled_reason") and asked.get("status") != "disabled":
        raise Invalid("service.reason", "Specifying disabled_reason requires that status is disabled.")
    if not asked:
        raise Invalid("service.no_change", "No updates were requested: give status or forced_down.")
    changed = hosts.get(req.caller, host_id, "os_compute_api:os-services:update")
    if asked.get("status") == "disabled":
        changed = hosts.disable(req.caller, host_id, asked.get("disabled_reason"))
    elif asked.get("status") == "enabled":
        changed = hosts.enable(req.caller, host_id)
    if "forced_down" in asked:
        changed = hosts.force_down(req.caller, host_id, is_down=str(asked["forced_down"]).lower() == "true")
    zone = cloud.compute.zones.by_host().get(changed.id, cloud.compute.zones.default)
    return Reply(200, {"service": _shown(cloud, changed, zone)})


def delete_service(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.hosts.remove(req.caller, req.params["service_id"], "os_compute_api:os-services:delete")
    return Reply(204)


def change_service(cloud: Cloud, req: Request) -> Reply:
    """Until 2.52: enable, disable, disable-log-reason and force-down by host and binary."""
    hosts, asked, action = cloud.compute.hosts, req.body, req.params["action"]
    host = _by_name(cloud, req, asked["host"], asked["binary"])
    shown: dict[str, Any] = {"host": host.name, "binary": BINARY}
    if action == "enable":
        hosts.enable(req.caller, host.id)
        shown["status"] = "enabled"
    elif action in ("disable", "disable-log-reason"):
        reason = asked.get("disabled_reason")
        if action == "disable-log-reason" and not reason:
            raise Invalid("service.reason", "Missing disabled reason field: say why.")
        hosts.disable(req.caller, host.id, reason)
        shown |= {"status": "disabled"} | ({"disabled_reason": reason} if reason else {})
    elif action == "force-down":
        is_down = str(asked.get("forced_down")).lower() == "true"
        hosts.force_down(req.caller, host.id, is_down=is_down)
        shown["forced_down"] = is_down
    else:
        raise NotFound("request.no_resource", f"Unknown action {action}.")
    return Reply(200, {"service": shown})


def _by_name(cloud: Cloud, req: Request, name: str, binary: str) -> Host:
    for host in cloud.compute.hosts.list(req.caller, "os_compute_api:os-services:update"):
        if host.name == name and binary == BINARY:
            return host
    raise NotFound("host.absent", f"Could not find binary {binary} on host {name}.")


def list_zones(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"availabilityZoneInfo": [_zone(zone, None) for zone in cloud.compute.zones.list(req.caller)]})


def list_zones_detail(cloud: Cloud, req: Request) -> Reply:
    zones = cloud.compute.zones.list(req.caller, "detail")
    hosts = cloud.compute.hosts.list(req.caller, "os_compute_api:os-availability-zone:detail")
    shown = [_zone(zone, _binaries(cloud, [host for host in hosts if host.id in zone.host_ids])) for zone in zones]
    return Reply(200, {"availabilityZoneInfo": shown})


def _binaries(cloud: Cloud, hosts: list[Host]) -> dict[str, Any]:
    return {
        host.name: {
            BINARY: {
                "available": cloud.compute.hosts.is_up(host),
                "active": not host.is_disabled,
                "updated_at": fine_time(host.seen_at),
            }
        }
        for host in hosts
    }


def _zone(zone: Zone, hosts: dict[str, Any] | None) -> dict[str, Any]:
    return {"zoneName": zone.name, "zoneState": {"available": zone.is_available}, "hosts": hosts}
