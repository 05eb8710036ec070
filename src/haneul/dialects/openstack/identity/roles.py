"""Roles and what they imply."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    require_same_id,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import Inference, NewRole, Role

Body = dict[str, Any]

_KNOWN = {"id", "name", "domain_id", "description", "options", "links"}
_CHANGES = {"name": "name", "description": "description", "options": "options"}


def role_body(req: Request, role: Role) -> Body:
    body = {
        **role.extra,
        "id": role.id,
        "name": role.name,
        "domain_id": role.domain_id,
        "description": role.description,
        "options": dict(role.options),
    }
    return linked(req, f"/roles/{role.id}", body)


def list_roles(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"name": "name", "domain_id": "domain_id"})
    roles = cloud.identity.roles.list(req.caller, wanted)
    return collection(req, "roles", [role_body(req, role) for role in roles], wanted)


def show_role(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"role": role_body(req, cloud.identity.roles.get(req.caller, req.params["role_id"]))})


def create_role(cloud: Cloud, req: Request) -> Reply:
    body = req.body["role"]
    new = NewRole(
        name=body["name"],
        domain_id=body.get("domain_id"),
        description=body.get("description"),
        options=body.get("options", {}),
        extra=extras(body, _KNOWN),
    )
    return Reply(201, {"role": role_body(req, cloud.identity.roles.create(req.caller, new))})


def update_role(cloud: Cloud, req: Request) -> Reply:
    body, role_id = req.body["role"], req.params["role_id"]
    require_same_id(req, body, "role_id")
    if "domain_id" in body:
        role = cloud.identity.roles.get(req.caller, role_id, "update")
        if body["domain_id"] != role.domain_id:
            raise Invalid("role.domain", "Cannot change the domain ID: make a new role there.")
    changes = changed(body, _CHANGES)
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    return Reply(200, {"role": role_body(req, cloud.identity.roles.update(req.caller, role_id, changes))})


def delete_role(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.roles.delete(req.caller, req.params["role_id"])
    return Reply(204)


def list_role_inferences(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.roles.inferences(req.caller)
    return collection(req, "role_inferences", [_inference(req, each) for each in found])


def list_implied_roles(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.roles.implied_by(req.caller, req.params["prior_role_id"])
    return Reply(200, {"role_inference": _inference(req, found), "links": {"self": req.url}})


def show_implied_role(cloud: Cloud, req: Request) -> Reply:
    rule = "identity:check_implied_role" if req.method == "HEAD" else "identity:get_implied_role"
    found = cloud.identity.roles.implication(
        req.caller, req.params["prior_role_id"], req.params["implied_role_id"], rule
    )
    if req.method == "HEAD":
        return Reply(204)
    return _single(req, found, 200)


def create_implied_role(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.roles.imply(req.caller, req.params["prior_role_id"], req.params["implied_role_id"])
    return _single(req, found, 201)


def delete_implied_role(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.roles.imply_no_more(req.caller, req.params["prior_role_id"], req.params["implied_role_id"])
    return Reply(204)


def _short(req: Request, role: Role) -> Body:
    return linked(req, f"/roles/{role.id}", {"id": role.id, "name": role.name})


def _inference(req: Request, found: Inference) -> Body:
    return {"prior_role": _short(req, found.prior), "implies": [_short(req, each) for each in found.implied]}


def _single(req: Request, found: Inference, status: int) -> Reply:
    body = {"prior_role": _short(req, found.prior), "implies": _short(req, found.implied[0])}
    return Reply(status, {"role_inference": body, "links": {"self": req.url}})
