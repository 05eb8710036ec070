"""Groups and who is in them."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    moment,
    require_same_id,
)
from haneul.dialects.openstack.identity.users import user_body, user_listing
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import Group, NewGroup

_KNOWN = {"id", "name", "domain_id", "description", "links"}
_FIELDS = {"name": "name", "domain_id": "domain_id"}


def group_body(req: Request, group: Group) -> dict[str, Any]:
    body = {
        **group.extra,
        "id": group.id,
        "name": group.name,
        "domain_id": group.domain_id,
        "description": group.description,
    }
    return linked(req, f"/groups/{group.id}", body)


def list_groups(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, _FIELDS)
    groups = cloud.identity.groups.list(req.caller, wanted)
    return collection(req, "groups", [group_body(req, group) for group in groups], wanted)


def list_user_groups(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, _FIELDS)
    groups = cloud.identity.groups.of_user(req.caller, req.params["user_id"], wanted)
    ends = cloud.identity.groups.ends(req.params["user_id"])
    bodies = [group_body(req, group) for group in groups]
    for body in bodies:
        if body["id"] in ends:
            body["membership_expires_at"] = moment(ends[body["id"]])
    return collection(req, "groups", bodies, wanted)


def show_group(cloud: Cloud, req: Request) -> Reply:
    group = cloud.identity.groups.get(req.caller, req.params["group_id"])
    return Reply(200, {"group": group_body(req, group)})


def create_group(cloud: Cloud, req: Request) -> Reply:
    body = req.body["group"]
    new = NewGroup(body["name"], body.get("domain_id"), body.get("description") or "", extras(body, _KNOWN))
    return Reply(201, {"group": group_body(req, cloud.identity.groups.create(req.caller, new))})


def update_group(cloud: Cloud, req: Request) -> Reply:
    body, group_id = req.body["group"], req.params["group_id"]
    require_same_id(req, body, "group_id")
    if "domain_id" in body:
        group = cloud.identity.groups.get(req.caller, group_id, "identity:update_group")
        if body["domain_id"] != group.domain_id:
            raise Invalid("group.domain", "Cannot change the domain ID: make a new group there.")
    changes = changed(body, {"name": "name"})
    if "description" in body:
        changes["description"] = body["description"] or ""
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    group = cloud.identity.groups.update(req.caller, group_id, changes)
    return Reply(200, {"group": group_body(req, group)})


def delete_group(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.groups.delete(req.caller, req.params["group_id"])
    return Reply(204)


def list_group_users(cloud: Cloud, req: Request) -> Reply:
    wanted = user_listing(req)
    users = cloud.identity.groups.users(req.caller, req.params["group_id"], wanted)
    return collection(req, "users", [user_body(req, user) for user in users], wanted)


def add_group_user(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.groups.add_user(req.caller, req.params["group_id"], req.params["user_id"])
    return Reply(204)


def check_group_user(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.groups.require_user(req.caller, req.params["group_id"], req.params["user_id"])
    return Reply(204)


def remove_group_user(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.groups.remove_user(req.caller, req.params["group_id"], req.params["user_id"])
    return Reply(204)
