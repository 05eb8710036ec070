"""The listing of role assignments."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import collection, is_set
from haneul.kit.http import Reply, Request
from haneul.services.identity import AssignmentQuery, CountingAssignment, Names

Body = dict[str, Any]


def list_role_assignments(cloud: Cloud, req: Request) -> Reply:
    query = _query(req)
    found = cloud.identity.assignments.list(req.caller, query)
    names = cloud.identity.assignments.names(found) if query.with_names else None
    return collection(req, "role_assignments", [_body(req, each, names) for each in found])


def _query(req: Request) -> AssignmentQuery:
    inherited_to = req.query.get("scope.OS-INHERIT:inherited_to")
    return AssignmentQuery(
        user_id=req.query.get("user.id"),
        group_id=req.query.get("group.id"),
        role_id=req.query.get("role.id"),
        project_id=req.query.get("scope.project.id"),
        domain_id=req.query.get("scope.domain.id"),
        is_system=req.query.get("scope.system") is not None,
        is_inherited=None if inherited_to is None else inherited_to == "projects",
        is_effective=is_set(req.query, "effective"),
        with_subtree=is_set(req.query, "include_subtree"),
        with_names=is_set(req.query, "include_names"),
    )


def _body(req: Request, found: CountingAssignment, names: Names | None) -> Body:
    given = found.assignment
    body: Body = {
        "scope": _scope(found, names),
        given.actor_kind: _actor(found, names),
        "role": _role(found, names),
        "links": {"assignment": f"{req.api_url}/v3{_path(found)}"},
    }
    if found.through_group_id is not None:
        body["links"]["membership"] = f"{req.api_url}/v3/groups/{found.through_group_id}/users/{given.actor_id}"
    if found.implied_by is not None:
        implication = f"{found.implied_by}/implies/{given.role_id}"
        body["links"]["prior_role"] = f"{req.api_url}/v3/prior_roles/{implication}"
    return body


def _path(found: CountingAssignment) -> str:
    """Where the assignment that this one comes from can be taken away."""
    given = found.assignment
    kind, target_id = found.inherited_from or (given.target_kind, given.target_id)
    path = "/system" if kind == "system" else f"/{kind}s/{target_id}"
    if found.through_group_id is not None:
        path += f"/groups/{found.through_group_id}"
    else:
        path += f"/{given.actor_kind}s/{given.actor_id}"
    path += f"/roles/{found.implied_by or given.role_id}"
    if given.is_inherited or found.inherited_from is not None:
        return f"/OS-INHERIT{path}/inherited_to_projects"
    return path


def _scope(found: CountingAssignment, names: Names | None) -> Body:
    given = found.assignment
    if given.target_kind == "system":
        return {"system": {"all": True}}
    told: Body = {"id": given.target_id}
    project = names.projects.get(given.target_id) if names else None
    if names is not None and project is not None:
        told["name"] = project.name
        if given.target_kind == "project":
            told["domain"] = _domain(project.home, names)
    scope: Body = {given.target_kind: told}
    if given.is_inherited or found.inherited_from is not None:
        scope["OS-INHERIT:inherited_to"] = "projects"
    return scope


def _actor(found: CountingAssignment, names: Names | None) -> Body:
    given = found.assignment
    if names is None:
        return {"id": given.actor_id}
    actor = (names.users if given.actor_kind == "user" else names.groups).get(given.actor_id)
    if actor is None:
        return {"id": given.actor_id, "name": "", "domain": {"id": "", "name": ""}}
    return {"id": actor.id, "name": actor.name, "domain": _domain(actor.domain_id, names)}


def _role(found: CountingAssignment, names: Names | None) -> Body:
    role = names.roles.get(found.assignment.role_id) if names else None
    if names is None or role is None:
        return {"id": found.assignment.role_id}
    told: Body = {"id": role.id, "name": role.name}
    if role.domain_id is not None:
        told["domain"] = _domain(role.domain_id, names)
    return told


def _domain(domain_id: str, names: Names) -> Body:
    domain = names.projects.get(domain_id)
    return {"id": domain_id, "name": domain.name if domain else ""}
