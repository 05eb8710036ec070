"""Which projects see which endpoints (OS-EP-FILTER)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.catalog import endpoint_body
from haneul.dialects.openstack.identity.listing import changed, collection, linked, listing, require_same_id
from haneul.dialects.openstack.identity.projects import project_body
from haneul.kit.http import Reply, Request
from haneul.services.identity import EndpointGroup

Body = dict[str, Any]


def endpoint_group_body(req: Request, group: EndpointGroup) -> Body:
    body = {
        "id": group.id,
        "name": group.name,
        "description": group.description or None,
        "filters": dict(group.filters),
    }
    return linked(req, f"/OS-EP-FILTER/endpoint_groups/{group.id}", body)


def list_endpoint_groups(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"name": "name"})
    groups = cloud.identity.endpoint_groups.list(req.caller, wanted)
    return collection(req, "endpoint_groups", [endpoint_group_body(req, group) for group in groups], wanted)


def show_endpoint_group(cloud: Cloud, req: Request) -> Reply:
    group = cloud.identity.endpoint_groups.get(req.caller, req.params["endpoint_group_id"])
    return Reply(200, {"endpoint_group": endpoint_group_body(req, group)})


def create_endpoint_group(cloud: Cloud, req: Request) -> Reply:
    body = req.body["endpoint_group"]
    new = EndpointGroup("", body["name"], body["filters"], body.get("description") or "")
    group = cloud.identity.endpoint_groups.create(req.caller, new)
    return Reply(201, {"endpoint_group": endpoint_group_body(req, group)})


def update_endpoint_group(cloud: Cloud, req: Request) -> Reply:
    body = req.body["endpoint_group"]
    require_same_id(req, body, "endpoint_group_id")
    changes = changed(body, {"name": "name", "filters": "filters"})
    if "description" in body:
        changes["description"] = body["description"] or ""
    group = cloud.identity.endpoint_groups.update(req.caller, req.params["endpoint_group_id"], changes)
    return Reply(200, {"endpoint_group": endpoint_group_body(req, group)})


def delete_endpoint_group(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_groups.delete(req.caller, req.params["endpoint_group_id"])
    return Reply(204)


def list_group_endpoints(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.endpoint_groups.endpoints(req.caller, req.params["endpoint_group_id"])
    return collection(req, "endpoints", [endpoint_body(req, each) for each in found])


def list_group_projects(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.endpoint_groups.projects(req.caller, req.params["endpoint_group_id"])
    return collection(req, "projects", [project_body(req, each) for each in found])


def list_project_endpoint_groups(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.endpoint_groups.of_project(req.caller, req.params["project_id"])
    return collection(req, "endpoint_groups", [endpoint_group_body(req, each) for each in found])


def add_endpoint_group_to_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_groups.show(req.caller, req.params["endpoint_group_id"], req.params["project_id"])
    return Reply(204)


def show_endpoint_group_in_project(cloud: Cloud, req: Request) -> Reply:
    group_id, project_id = req.params["endpoint_group_id"], req.params["project_id"]
    cloud.identity.endpoint_groups.require_shown(req.caller, group_id, project_id)
    shown = {"endpoint_group_id": group_id, "project_id": project_id}
    path = f"/OS-EP-FILTER/endpoint_groups/{group_id}/projects/{project_id}"
    return Reply(200, {"project_endpoint_group": linked(req, path, shown)})


def remove_endpoint_group_from_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_groups.hide(req.caller, req.params["endpoint_group_id"], req.params["project_id"])
    return Reply(204)


def list_project_endpoints(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.endpoint_filter.endpoints(req.caller, req.params["project_id"])
    return collection(req, "endpoints", [endpoint_body(req, each) for each in found])


def list_endpoint_projects(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.endpoint_filter.projects(req.caller, req.params["endpoint_id"])
    return collection(req, "projects", [project_body(req, each) for each in found])


def add_endpoint_to_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_filter.show(req.caller, req.params["project_id"], req.params["endpoint_id"])
    return Reply(204)


def check_endpoint_in_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_filter.require_shown(req.caller, req.params["project_id"], req.params["endpoint_id"])
    return Reply(204)


def remove_endpoint_from_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.endpoint_filter.hide(req.caller, req.params["project_id"], req.params["endpoint_id"])
    return Reply(204)
