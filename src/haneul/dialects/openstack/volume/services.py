"""Services, hosts, pools, capabilities, availability zones: what administrators see of the places."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import parse_bool, time
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.volume import CAPABILITIES, Pool, ServiceView


def list_services(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.services.list(req.caller, req.query.get("binary") or "", req.query.get("host") or "")
    return Reply(200, {"services": [_shown(each) for each in found]})


def _shown(it: ServiceView) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "binary": it.binary,
        "host": it.host,
        "zone": it.zone,
        "status": "disabled" if it.is_disabled else "enabled",
        "state": "up" if it.is_up else "down",
        "updated_at": time(it.updated_at),
        "disabled_reason": it.reason,
        "cluster": None,
    }
    if it.binary == "cinder-volume":
        more = {"replication_status": "disabled", "active_backend_id": None, "frozen": False, "backend_state": "up"}
        shown |= more
    return shown


def enable_service(cloud: Cloud, req: Request) -> Reply:
    it = _change(cloud, req, None, is_disabled=False)
    return Reply(200, _changed(it) | {"disabled_reason": None})


def disable_service(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, _changed(_change(cloud, req, None, is_disabled=True)))


def disable_service_with_reason(cloud: Cloud, req: Request) -> Reply:
    it = _change(cloud, req, req.body.get("disabled_reason"), is_disabled=True)
    return Reply(200, _changed(it) | {"disabled_reason": it.reason})


_REPLICATED = ("freeze", "thaw", "failover", "failover_host")


def no_service_action(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.services.require(req.caller, "volume_extension:services:update")
    if req.params["action"] in _REPLICATED:
        message = "Places here do not replicate, so none is frozen or failed over: disable its service instead."
        raise Invalid("service.no_replication", message)
    raise NotFound("service.unknown_action", "Unknown action: use enable, disable or disable-log-reason.")


def _change(cloud: Cloud, req: Request, reason: str | None, *, is_disabled: bool) -> ServiceView:
    binary = req.body.get("binary") or req.body.get("service") or "cinder-volume"
    return cloud.volume.services.set(req.caller, binary, req.body["host"], reason, is_disabled=is_disabled)


def _changed(it: ServiceView) -> dict[str, Any]:
    status = "disabled" if it.is_disabled else "enabled"
    return {"host": it.host, "service": it.binary, "binary": it.binary, "disabled": it.is_disabled, "status": status}


def list_hosts(cloud: Cloud, req: Request) -> Reply:
    shown = [
        {
            "host_name": it.host,
            "service": it.binary,
            "zone": it.zone,
            "service-status": "available",
            "service-state": "disabled" if it.is_disabled else "enabled",
            "last-update": time(it.updated_at),
        }
        for it, _, _ in cloud.volume.services.hosts(req.caller)
    ]
    return Reply(200, {"hosts": shown})


def get_host(cloud: Cloud, req: Request) -> Reply:
    name = req.params["host"]
    for it, count, size_gib in cloud.volume.services.hosts(req.caller):
        if it.host == name:
            total = {
                "host": name,
                "project": "(total)",
                "volume_count": str(count),
                "total_volume_gb": str(size_gib),
                "snapshot_count": "0",
                "total_snapshot_gb": "0",
            }
            return Reply(200, {"host": [{"resource": total}]})
    raise NotFound("service.absent", f"Host {name} could not be found: list the hosts.")


def get_pools(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.services.pools(req.caller, req.query.get("name") or "")
    if parse_bool(req.query.get("detail", "false"), "detail"):
        return Reply(200, {"pools": [{"name": pool.name, "capabilities": _capabilities(pool)} for pool in found]})
    return Reply(200, {"pools": [{"name": pool.name} for pool in found]})


def _capabilities(pool: Pool) -> dict[str, Any]:
    return {
        "pool_name": pool.backend,
        "volume_backend_name": pool.backend,
        **CAPABILITIES,
        "total_capacity_gb": pool.total_gib,
        "free_capacity_gb": pool.free_gib,
        "allocated_capacity_gb": pool.allocated_gib,
        "provisioned_capacity_gb": pool.allocated_gib,
        "reserved_percentage": 0,
        "backend_state": "up",
        "filter_function": None,
        "goodness_function": None,
        "timestamp": None,
    }


def get_capabilities(cloud: Cloud, req: Request) -> Reply:
    pool = cloud.volume.services.pool(req.caller, req.params["host"])
    told: dict[str, Any] = {
        "namespace": f"OS::Storage::Capabilities::{pool.service_host}",
        **{name: CAPABILITIES[name] for name in ("vendor_name", "driver_version", "storage_protocol")},
        "volume_backend_name": pool.backend,
        "pool_name": pool.backend,
        "display_name": None,
        "description": None,
        "visibility": None,
        "replication_targets": [],
        "properties": {
            "thin_provisioning": _property("Thin Provisioning", "Volumes take room as they are written to."),
            "qos": _property("QoS", "Guests keep to the limits of the type's QoS specs."),
            "replication_enabled": _property("Replication", "Volumes are not replicated."),
        },
    }
    return Reply(200, told)


def _property(title: str, description: str) -> dict[str, str]:
    return {"title": title, "description": description, "type": "boolean"}


def list_zones(cloud: Cloud, req: Request) -> Reply:
    zone = {"zoneName": cloud.volume.services.zone(), "zoneState": {"available": True}}
    return Reply(200, {"availabilityZoneInfo": [zone]})
