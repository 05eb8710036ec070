"""Roles given on projects, domains and the system: one set of handlers for all of them."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import collection
from haneul.dialects.openstack.identity.roles import role_body
from haneul.kit.http import Reply, Request, Route
from haneul.services.identity import SYSTEM, ActorKind, Place


def list_grants(cloud: Cloud, req: Request) -> Reply:
    roles = cloud.identity.grants.list(req.caller, _place(req))
    return collection(req, "roles", [role_body(req, role) for role in roles])


def check_grant(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.grants.require(req.caller, _place(req), req.params["role_id"])
    return Reply(204)


def create_grant(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.grants.give(req.caller, _place(req), req.params["role_id"])
    return Reply(204)


def revoke_grant(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.grants.take(req.caller, _place(req), req.params["role_id"])
    return Reply(204)


def _place(req: Request) -> Place:
    params, is_inherited = req.params, req.path.endswith("/inherited_to_projects")
    user_id = params.get("user_id")
    actor = params.get("group_id", "") if user_id is None else user_id
    kind: ActorKind = "group" if user_id is None else "user"
    if "project_id" in params:
        return Place(kind, actor, "project", params["project_id"], is_inherited)
    if "domain_id" in params:
        return Place(kind, actor, "domain", params["domain_id"], is_inherited)
    return Place(kind, actor, "system", SYSTEM)


def _routes() -> tuple[Route, ...]:
    places = (
        (f"/v3{extension}/{target}/{actor}/roles", ending)
        for extension, ending in (("", ""), ("/OS-INHERIT", "/inherited_to_projects"))
        for target in ("projects/{project_id}", "domains/{domain_id}")
        for actor in ("users/{user_id}", "groups/{group_id}")
    )
    system = (("/v3/system/users/{user_id}/roles", ""), ("/v3/system/groups/{group_id}/roles", ""))
    return tuple(
        route
        for path, ending in (*places, *system)
        for route in (
            Route("GET", path + ending, list_grants),
            Route("GET", path + "/{role_id}" + ending, check_grant),
            Route("PUT", path + "/{role_id}" + ending, create_grant),
            Route("DELETE", path + "/{role_id}" + ending, revoke_grant),
        )
    )


ROUTES = _routes()
"""/projects|domains/ID/users|groups/ID/roles[/ID], the same below /OS-INHERIT .../inherited_to_projects, /system."""
