"""Quota sets and classes, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import parse_bool
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import QuotaView

_NAMED = ("tenant_id", "id", "force", "skip_validation", "project_id", "class_name")


def get_quota_set(cloud: Cloud, req: Request) -> Reply:
    project_id = req.params["project_id"]
    view = cloud.volume.quotas.get(req.caller, project_id)
    with_usage = parse_bool(req.query.get("usage", "false"), "usage")
    shown = _with_usage(view) if with_usage else dict(view.limits)
    return Reply(200, {"quota_set": {"id": project_id} | shown})


def _with_usage(view: QuotaView) -> dict[str, Any]:
    return {
        name: {"limit": limit, "in_use": view.used.get(name, 0), "reserved": 0} for name, limit in view.limits.items()
    }


def get_default_quota_set(cloud: Cloud, req: Request) -> Reply:
    project_id = req.params["project_id"]
    return Reply(200, {"quota_set": {"id": project_id} | dict(cloud.volume.quotas.defaults(req.caller, project_id))})


def update_quota_set(cloud: Cloud, req: Request) -> Reply:
    limits = _limits(req.body["quota_set"])
    return Reply(200, {"quota_set": dict(cloud.volume.quotas.set(req.caller, req.params["project_id"], limits))})


def _limits(asked: Mapping[str, Any]) -> dict[str, int]:
    limits = {}
    for name, value in asked.items():
        if name in _NAMED or value is None:
            continue
        text = str(value).strip()
        if isinstance(value, bool) or not text.removeprefix("-").isdigit():
            raise Invalid("quota.bad_limit", f"{name} must be a whole number, -1 for no limit, not {value!r}.")
        limits[name] = int(text)
    return limits


def delete_quota_set(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.quotas.reset(req.caller, req.params["project_id"])
    return Reply(200)


def get_quota_class(cloud: Cloud, req: Request) -> Reply:
    name = req.params["name"]
    return Reply(200, {"quota_class_set": {"id": name} | dict(cloud.volume.quotas.class_limits(req.caller, name))})


def update_quota_class(cloud: Cloud, req: Request) -> Reply:
    limits = _limits(req.body["quota_class_set"])
    kept = cloud.volume.quotas.set_class_limits(req.caller, req.params["name"], limits)
    return Reply(200, {"quota_class_set": dict(kept)})


_ABSOLUTE = {
    "maxTotalVolumes": "volumes",
    "maxTotalSnapshots": "snapshots",
    "maxTotalVolumeGigabytes": "gigabytes",
    "maxTotalBackups": "backups",
    "maxTotalBackupGigabytes": "backup_gigabytes",
}
_USED = {
    "totalVolumesUsed": "volumes",
    "totalGigabytesUsed": "gigabytes",
    "totalSnapshotsUsed": "snapshots",
    "totalBackupsUsed": "backups",
    "totalBackupGigabytesUsed": "backup_gigabytes",
}


def get_limits(cloud: Cloud, req: Request) -> Reply:
    view = cloud.volume.quotas.limits(req.caller, req.query.get("project_id") or req.query.get("tenant_id") or "")
    absolute = {shown: view.limits[name] for shown, name in _ABSOLUTE.items()}
    absolute |= {shown: view.used[name] for shown, name in _USED.items()}
    return Reply(200, {"limits": {"rate": [], "absolute": absolute}})
