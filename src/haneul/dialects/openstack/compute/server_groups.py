"""Server groups."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.schemas.forms import (
    NAME_WITH_SPACES,
    NUMBER_TEXT,
    POSITIVE,
    TEXT,
    query,
    wrapped,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import GroupPolicy, ServerGroup

_POLICIES = [policy.value for policy in GroupPolicy]
HARD_POLICIES = ["anti-affinity", "affinity"]
CREATE = wrapped(
    "server_group",
    {
        "name": NAME_WITH_SPACES,
        "policy": {"type": "string", "enum": _POLICIES},
        "rules": {
            "type": "object",
            "properties": {"max_server_per_host": POSITIVE},
            "additionalProperties": False,
        },
    },
    ("name", "policy"),
)
LIST = query(all_projects=TEXT, limit=NUMBER_TEXT, offset=NUMBER_TEXT)


def _shown(group: ServerGroup) -> dict[str, Any]:
    rules = {"max_server_per_host": group.most_per_host} if group.most_per_host > 1 else {}
    return {
        "id": group.id,
        "name": group.name,
        "policy": group.policy.value,
        "rules": rules,
        "members": list(group.members),
        "project_id": group.project_id,
        "user_id": group.user_id,
    }


def list_server_groups(cloud: Cloud, req: Request) -> Reply:
    is_all = req.caller.is_admin and "all_projects" in req.query
    limit, offset = req.query.get_int("limit"), req.query.get_int("offset", 0) or 0
    groups = cloud.compute.groups.list(req.caller, limit, offset, is_all_projects=is_all)
    return Reply(200, {"server_groups": [_shown(group) for group in groups]})


def create_server_group(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["server_group"]
    policy, rules = GroupPolicy(asked["policy"]), asked.get("rules") or {}
    if rules and policy is not GroupPolicy.ANTI_AFFINITY:
        raise Invalid("server_group.rules", "Only anti-affinity policy supports rules: leave them out.")
    most = int(rules.get("max_server_per_host", 1))
    return Reply(200, {"server_group": _shown(cloud.compute.groups.create(req.caller, asked["name"], policy, most))})


def get_server_group(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"server_group": _shown(cloud.compute.groups.get(req.caller, req.params["group_id"]))})


def delete_server_group(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.groups.remove(req.caller, req.params["group_id"])
    return Reply(204)
