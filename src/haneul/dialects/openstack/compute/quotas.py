"""Quota sets, quota classes, limits and usage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import Remembering, fine_time, next_link, page, parse_time
from haneul.dialects.openstack.compute.server_states import STATUS_BY_STATE, standing
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Limits, QuotaKey, QuotaView, Server

SHOWN = (
    QuotaKey.CORES,
    QuotaKey.INSTANCES,
    QuotaKey.KEY_PAIRS,
    QuotaKey.METADATA_ITEMS,
    QuotaKey.RAM,
    QuotaKey.SERVER_GROUPS,
    QuotaKey.SERVER_GROUP_MEMBERS,
)
OLD_KEYS = tuple(key for key in QuotaKey if key not in SHOWN)
"""Those of network and file injection, shown until 2.36 and 2.57."""


def _limits(limits: Limits, **besides: Any) -> Remembering:
    shown = besides | {key.value: limits.of(key) for key in SHOWN}
    return Remembering(shown, {key.value: limits.of(key) for key in OLD_KEYS})


def _user(req: Request) -> str:
    return req.query.get("user_id") or ""


def get_quota_set(cloud: Cloud, req: Request) -> Reply:
    project_id = req.params["project_id"]
    view = cloud.compute.quotas.get(req.caller, project_id, _user(req))
    return Reply(200, {"quota_set": _limits(view.limits, id=project_id)})


def get_quota_set_detail(cloud: Cloud, req: Request) -> Reply:
    project_id = req.params["project_id"]
    view = cloud.compute.quotas.get(req.caller, project_id, _user(req), "detail")
    every = {key.value: {"limit": view.limits.of(key), "in_use": _used(view, key), "reserved": 0} for key in QuotaKey}
    shown = {"id": project_id} | {key.value: every[key.value] for key in SHOWN}
    return Reply(200, {"quota_set": Remembering(shown, every)})


def _used(view: QuotaView, key: QuotaKey) -> int:
    usage = view.usage
    used = {QuotaKey.CORES: usage.cores, QuotaKey.INSTANCES: usage.instances, QuotaKey.RAM: usage.ram_mib}
    used[QuotaKey.SERVER_GROUPS] = usage.server_groups
    return used.get(key, 0)


def get_default_quota_set(cloud: Cloud, req: Request) -> Reply:
    limits = cloud.compute.quotas.defaults(req.caller)
    return Reply(200, {"quota_set": _limits(limits, id=req.params["project_id"])})


def update_quota_set(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["quota_set"]
    limits = cloud.compute.quotas.set(
        req.caller,
        req.params["project_id"],
        {QuotaKey(key): int(value) for key, value in asked.items() if key not in ("force", "tenant_id")},
        _user(req),
        is_forced=str(asked.get("force", False)).lower() in ("true", "1", "t", "yes", "y", "on"),
    )
    return Reply(200, {"quota_set": _limits(limits)})


def delete_quota_set(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.quotas.remove(req.caller, req.params["project_id"], req.query.get("user_id"))
    return Reply(202)


def get_quota_class(cloud: Cloud, req: Request) -> Reply:
    limits = cloud.compute.quotas.get_class(req.caller)
    return Reply(200, {"quota_class_set": _limits(limits, id=req.params["name"])})


def update_quota_class(cloud: Cloud, req: Request) -> Reply:
    asked = {QuotaKey(key): int(value) for key, value in req.body["quota_class_set"].items()}
    limits = cloud.compute.quotas.set_class(req.caller, req.params["name"], asked)
    return Reply(200, {"quota_class_set": _limits(limits)})


def get_limits(cloud: Cloud, req: Request) -> Reply:
    view = cloud.compute.quotas.limits(req.caller, req.query.get("tenant_id"))
    limits, usage = view.limits, view.usage
    absolute = {
        "maxTotalInstances": limits.of(QuotaKey.INSTANCES),
        "maxTotalCores": limits.of(QuotaKey.CORES),
        "maxTotalRAMSize": limits.of(QuotaKey.RAM),
        "maxTotalKeypairs": limits.of(QuotaKey.KEY_PAIRS),
        "maxServerMeta": limits.of(QuotaKey.METADATA_ITEMS),
        "maxServerGroups": limits.of(QuotaKey.SERVER_GROUPS),
        "maxServerGroupMembers": limits.of(QuotaKey.SERVER_GROUP_MEMBERS),
        "totalInstancesUsed": usage.instances,
        "totalCoresUsed": usage.cores,
        "totalRAMUsed": usage.ram_mib,
        "totalServerGroupsUsed": usage.server_groups,
    }
    older = {
        "maxImageMeta": limits.of(QuotaKey.METADATA_ITEMS),
        "maxPersonality": limits.of(QuotaKey.INJECTED_FILES),
        "maxPersonalitySize": limits.of(QuotaKey.INJECTED_FILE_CONTENT_BYTES),
        "maxTotalFloatingIps": limits.of(QuotaKey.FLOATING_IPS),
        "maxSecurityGroups": limits.of(QuotaKey.SECURITY_GROUPS),
        "maxSecurityGroupRules": limits.of(QuotaKey.SECURITY_GROUP_RULES),
        "totalFloatingIpsUsed": 0,
        "totalSecurityGroupsUsed": 0,
    }
    return Reply(200, {"limits": {"rate": [], "absolute": Remembering(absolute, older)}})


def list_usage(cloud: Cloud, req: Request) -> Reply:
    start, end = _period(cloud, req)
    servers = cloud.compute.quotas.servers_between(req.caller, start, end)
    is_detailed = req.query.get("detailed") == "1"
    by_project: dict[str, list[Server]] = {}
    for server in servers:
        by_project.setdefault(server.project_id, []).append(server)
    shown = [_usage(project_id, by_project[project_id], start, end) for project_id in sorted(by_project)]
    if not is_detailed:
        for usage in shown:
            del usage["server_usages"]
    return Reply(200, {"tenant_usages": shown})


def no_project(cloud: Cloud, req: Request) -> Reply:
    """An address that ends where an id should stand."""
    raise NotFound("usage.no_project", "The usage of which project is asked for? Name it, or leave out the slash.")


def get_usage(cloud: Cloud, req: Request) -> Reply:
    start, end = _period(cloud, req)
    project_id = req.params["project_id"]
    servers = list(cloud.compute.quotas.servers_between(req.caller, start, end, project_id))
    if not servers:
        return Reply(200, {"tenant_usage": {}})
    shown = servers[: page(req).limit]
    last = shown[-1].id if "limit" in req.query else None
    body: dict[str, Any] = {"tenant_usage": _usage(project_id, shown, start, end)}
    return Reply(200, body | next_link(req, "tenant_usage", shown, last))


def _period(cloud: Cloud, req: Request) -> tuple[datetime, datetime]:
    start, end = req.query.get("start"), req.query.get("end")
    return cloud.compute.quotas.period(
        parse_time(start, "start") if start else None, parse_time(end, "end") if end else None
    )


def _usage(project_id: str, servers: list[Server], start: datetime, end: datetime) -> dict[str, Any]:
    shown = [_server_usage(server, start, end) for server in servers]
    return {
        "tenant_id": project_id,
        "server_usages": shown,
        "total_hours": sum(each["hours"] for each in shown),
        "total_vcpus_usage": sum(each["hours"] * each["vcpus"] for each in shown),
        "total_memory_mb_usage": sum(each["hours"] * each["memory_mb"] for each in shown),
        "total_local_gb_usage": sum(each["hours"] * each["local_gb"] for each in shown),
        "start": fine_time(start),
        "stop": fine_time(end),
    }


def _server_usage(server: Server, start: datetime, end: datetime) -> dict[str, Any]:
    began = max(start, server.launched_at or server.created_at)
    ended = min(end, server.terminated_at or end)
    alive_until = server.terminated_at or end
    return {
        "instance_id": server.id,
        "name": server.name,
        "hours": max(0.0, (ended - began).total_seconds() / 3600),
        "flavor": server.flavor.name,
        "vcpus": server.flavor.vcpus,
        "memory_mb": server.flavor.memory_mib,
        "local_gb": server.flavor.disk_gib + server.flavor.ephemeral_gib,
        "tenant_id": server.project_id,
        "state": "terminated" if server.terminated_at else STATUS_BY_STATE[standing(server)].lower(),
        "started_at": fine_time(server.launched_at or server.created_at),
        "ended_at": fine_time(server.terminated_at),
        "uptime": max(0, int((alive_until - (server.launched_at or server.created_at)).total_seconds())),
    }
