"""How much projects may have."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request


def list_quotas(cloud: Cloud, req: Request) -> Reply:
    found = cloud.network.quotas.list(req.caller)
    each = [{**quota.limits, "project_id": quota.project_id, "tenant_id": quota.project_id} for quota in found]
    return Reply(200, {"quotas": each})


def show_own_project(_cloud: Cloud, req: Request) -> Reply:
    project_id = req.caller.project_id
    return Reply(200, {"tenant": {"tenant_id": project_id, "project_id": project_id}})


def show_quota(cloud: Cloud, req: Request) -> Reply:
    return _quota(cloud.network.quotas.get(req.caller, req.params["project_id"]).limits)


def show_default_quota(cloud: Cloud, req: Request) -> Reply:
    return _quota(cloud.network.quotas.default(req.caller, req.params["project_id"]).limits)


def show_quota_details(cloud: Cloud, req: Request) -> Reply:
    usage = cloud.network.quotas.usage(req.caller, req.params["project_id"])
    return _quota(
        {name: {"limit": each.limit, "used": each.used, "reserved": each.reserved} for name, each in usage.items()}
    )


def update_quota(cloud: Cloud, req: Request) -> Reply:
    said = readers.mapping("request", req.body).get("quota")
    if not isinstance(said, dict):
        raise Invalid("request.invalid", "Unable to find 'quota' in request body.")
    limits = {
        name: readers.integer(name, value)
        for name, value in said.items()
        if name not in ("tenant_id", "project_id", "check_limit", "force")
    }
    is_forced = readers.boolean("force", said.get("force", False))
    must_hold = not is_forced and readers.boolean("check_limit", said.get("check_limit", True))
    return _quota(cloud.network.quotas.set(req.caller, req.params["project_id"], limits, must_hold).limits)


def delete_quota(cloud: Cloud, req: Request) -> Reply:
    cloud.network.quotas.reset(req.caller, req.params["project_id"])
    return Reply(204)


def _quota(values: Any) -> Reply:
    return Reply(200, {"quota": dict(values)})
