"""Unified limits."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import changed, collection, linked, listing
from haneul.kit.http import Reply, Request
from haneul.services.identity import Limit, RegisteredLimit

Body = dict[str, Any]

_PLACE = {"service_id": "service_id", "region_id": "region_id", "resource_name": "resource_name"}


def registered_limit_body(req: Request, limit: RegisteredLimit) -> Body:
    body = {
        "id": limit.id,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "resource_name": limit.resource_name,
        "default_limit": limit.default_limit,
        "description": limit.description,
    }
    return linked(req, f"/registered_limits/{limit.id}", body)


def list_registered_limits(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, _PLACE)
    found = cloud.identity.registered_limits.list(req.caller, wanted)
    return collection(req, "registered_limits", [registered_limit_body(req, each) for each in found], wanted)


def show_registered_limit(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.registered_limits.get(req.caller, req.params["limit_id"])
    return Reply(200, {"registered_limit": registered_limit_body(req, found)})


def create_registered_limits(cloud: Cloud, req: Request) -> Reply:
    new = [RegisteredLimit(id="", **each) for each in req.body["registered_limits"]]
    made = cloud.identity.registered_limits.create(req.caller, new)
    reply = collection(req, "registered_limits", [registered_limit_body(req, each) for each in made])
    return Reply(201, reply.body)


def update_registered_limit(cloud: Cloud, req: Request) -> Reply:
    names = {**_PLACE, "default_limit": "default_limit", "description": "description"}
    changes = changed(req.body["registered_limit"], names)
    found = cloud.identity.registered_limits.update(req.caller, req.params["limit_id"], changes)
    return Reply(200, {"registered_limit": registered_limit_body(req, found)})


def delete_registered_limit(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.registered_limits.delete(req.caller, req.params["limit_id"])
    return Reply(204)


def limit_body(req: Request, limit: Limit) -> Body:
    body = {
        "id": limit.id,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "project_id": limit.project_id,
        "domain_id": limit.domain_id,
        "resource_name": limit.resource_name,
        "resource_limit": limit.resource_limit,
        "description": limit.description,
    }
    return linked(req, f"/limits/{limit.id}", body)


def show_limit_model(cloud: Cloud, req: Request) -> Reply:
    model = {
        "name": "flat",
        "description": "Limit enforcement and validation does not take project hierarchy into consideration.",
    }
    return Reply(200, {"model": model})


def list_limits(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {**_PLACE, "project_id": "project_id", "domain_id": "domain_id"})
    found = cloud.identity.limits.list(req.caller, wanted)
    return collection(req, "limits", [limit_body(req, each) for each in found], wanted)


def show_limit(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"limit": limit_body(req, cloud.identity.limits.get(req.caller, req.params["limit_id"]))})


def create_limits(cloud: Cloud, req: Request) -> Reply:
    new = [Limit(id="", **each) for each in req.body["limits"]]
    made = cloud.identity.limits.create(req.caller, new)
    return Reply(201, collection(req, "limits", [limit_body(req, each) for each in made]).body)


def update_limit(cloud: Cloud, req: Request) -> Reply:
    changes = changed(req.body["limit"], {"resource_limit": "resource_limit", "description": "description"})
    found = cloud.identity.limits.update(req.caller, req.params["limit_id"], changes)
    return Reply(200, {"limit": limit_body(req, found)})


def delete_limit(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.limits.delete(req.caller, req.params["limit_id"])
    return Reply(204)
