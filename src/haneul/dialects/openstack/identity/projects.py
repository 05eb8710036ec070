"""Projects and their tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    is_set,
    linked,
    listing,
    require_same_id,
    truth,
)
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.http import Reply, Request
from haneul.services.identity import Filter, Listing, NewDomain, NewProject, Project

Body = dict[str, Any]

_KNOWN = {"id", "name", "domain_id", "parent_id", "description", "enabled", "is_domain", "tags", "options", "links"}
_FIELDS = {"name": "name", "domain_id": "domain_id", "parent_id": "parent_id"}
_FLAGS = {"enabled": "is_enabled", "is_domain": "is_domain"}
_CHANGES = {"name": "name", "description": "description", "enabled": "is_enabled", "options": "options"}
_TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")


def project_body(req: Request, project: Project) -> Body:
    return {
        **project.extra,
        "id": project.id,
        "name": project.name,
        "domain_id": project.domain_id,
        "description": project.description,
        "enabled": project.is_enabled,
        "parent_id": project.parent_id,
        "is_domain": project.is_domain,
        "tags": project.tags,
        "options": project.options,
        "links": {"self": f"{req.api_url}/v3/projects/{project.id}"},
    }


def domain_body(req: Request, domain: Project) -> Body:
    body = {
        **domain.extra,
        "id": domain.id,
        "name": domain.name,
        "description": domain.description,
        "enabled": domain.is_enabled,
        "tags": list(domain.tags),
        "options": dict(domain.options),
    }
    return linked(req, f"/domains/{domain.id}", body)


def list_projects(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, _FIELDS, _FLAGS)
    if "is_domain" not in req.query:
        wanted = wanted.where("is_domain", False)
    tags = [Filter(name, tuple((req.query.get(name) or "").split(","))) for name in _TAG_FILTERS if name in req.query]
    wanted = Listing((*wanted.filters, *tags), wanted.limit, wanted.marker)
    projects = cloud.identity.projects.list(req.caller, wanted)
    return collection(req, "projects", [project_body(req, project) for project in projects], wanted)


def show_project(cloud: Cloud, req: Request) -> Reply:
    project = cloud.identity.projects.get(req.caller, req.params["project_id"])
    body = project_body(req, project)
    _add_parents(cloud, req, project, body)
    _add_subtree(cloud, req, project, body)
    return Reply(200, {"project": body})


def create_project(cloud: Cloud, req: Request) -> Reply:
    body = req.body["project"]
    if truth(body.get("is_domain", False)):
        return Reply(201, {"project": project_body(req, _create_as_domain(cloud, req, body))})
    new = NewProject(
        name=body["name"],
        domain_id=body.get("domain_id"),
        parent_id=body.get("parent_id"),
        description=body.get("description") or "",
        is_enabled=truth(body.get("enabled", True)),
        tags=tuple(body.get("tags", ())),
        options=body.get("options", {}),
        extra=extras(body, _KNOWN),
    )
    return Reply(201, {"project": project_body(req, cloud.identity.projects.create(req.caller, new))})


def update_project(cloud: Cloud, req: Request) -> Reply:
    body, project_id = req.body["project"], req.params["project_id"]
    require_same_id(req, body, "project_id")
    _require_same_place(cloud, req, body)
    changes = changed(body, _CHANGES) | {"extra": extras(body, _KNOWN)}
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if "description" in body:
        changes["description"] = body["description"] or ""
    if "tags" in body:
        changes["tags"] = tuple(body["tags"])
    if not changes["extra"]:
        del changes["extra"]
    project = cloud.identity.projects.update(req.caller, project_id, changes)
    return Reply(200, {"project": project_body(req, project)})


def delete_project(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.projects.delete(req.caller, req.params["project_id"])
    return Reply(204)


def list_user_projects(cloud: Cloud, req: Request) -> Reply:
    projects = cloud.identity.projects.of_user(req.caller, req.params["user_id"])
    if "enabled" in req.query:
        projects = [project for project in projects if project.is_enabled == is_set(req.query, "enabled")]
    if (name := req.query.get("name")) is not None:
        projects = [project for project in projects if project.name == name]
    return collection(req, "projects", [project_body(req, project) for project in projects])


def list_project_tags(cloud: Cloud, req: Request) -> Reply:
    project = cloud.identity.projects.get(req.caller, req.params["project_id"], "identity:list_project_tags")
    return _tags(req, project)


def update_project_tags(cloud: Cloud, req: Request) -> Reply:
    rule, tags = "identity:update_project_tags", tuple(req.body["tags"])
    return _tags(req, cloud.identity.projects.set_tags(req.caller, req.params["project_id"], rule, tags))


def delete_project_tags(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.projects.set_tags(req.caller, req.params["project_id"], "identity:delete_project_tags", ())
    return Reply(204)


def show_project_tag(cloud: Cloud, req: Request) -> Reply:
    project = cloud.identity.projects.get(req.caller, req.params["project_id"], "identity:get_project_tag")
    cloud.identity.projects.require_tag(project, req.params["tag"])
    return Reply(204)


def create_project_tag(cloud: Cloud, req: Request) -> Reply:
    project_id, tag, rule = req.params["project_id"], req.params["tag"], "identity:create_project_tag"
    if not 0 < len(tag) < 256 or "," in tag or "/" in tag:
        raise Invalid("project_tag.name", "A tag has 1 to 255 characters and neither a slash nor a comma.")
    project = cloud.identity.projects.get(req.caller, project_id, rule)
    cloud.identity.projects.set_tags(req.caller, project_id, rule, (*project.tags, tag))
    return Reply(201, None, {"location": f"{req.api_url}/v3/projects/{project_id}/tags/{quote(tag)}"})


def delete_project_tag(cloud: Cloud, req: Request) -> Reply:
    project_id, tag, rule = req.params["project_id"], req.params["tag"], "identity:delete_project_tag"
    project = cloud.identity.projects.get(req.caller, project_id, rule)
    cloud.identity.projects.require_tag(project, tag)
    remaining = tuple(each for each in project.tags if each != tag)
    cloud.identity.projects.set_tags(req.caller, project_id, rule, remaining)
    return Reply(204)


def _tags(req: Request, project: Project) -> Reply:
    return Reply(200, {"tags": list(project.tags), "links": {"self": req.url, "next": None, "previous": None}})


def _create_as_domain(cloud: Cloud, req: Request, body: Body) -> Project:
    if body.get("parent_id") or body.get("domain_id"):
        raise Invalid("project.domain", "A project that acts as a domain has neither parent_id nor domain_id.")
    new = NewDomain(
        name=body["name"],
        description=body.get("description") or "",
        is_enabled=truth(body.get("enabled", True)),
        tags=tuple(body.get("tags", ())),
        options=body.get("options", {}),
        extra=extras(body, _KNOWN),
    )
    return cloud.identity.domains.create(req.caller, new, "identity:create_project")


def _require_same_place(cloud: Cloud, req: Request, body: Body) -> None:
    fixed = {"parent_id", "domain_id", "is_domain"} & set(body)
    if not fixed:
        return
    project = cloud.identity.projects.get(req.caller, req.params["project_id"], "identity:update_project")
    if "parent_id" in fixed and body["parent_id"] != project.parent_id:
        raise Forbidden("project.parent", "Update of `parent_id` is not allowed: make a new project there.")
    if "domain_id" in fixed and body["domain_id"] != project.domain_id:
        raise Invalid("project.domain", "Update of `domain_id` is not allowed: make a new project there.")
    if "is_domain" in fixed and truth(body["is_domain"]) != project.is_domain:
        raise Invalid("project.is_domain", "Update of `is_domain` is not allowed.")


def _add_parents(cloud: Cloud, req: Request, project: Project, body: Body) -> None:
    as_list, as_ids = is_set(req.query, "parents_as_list"), is_set(req.query, "parents_as_ids")
    if as_list and as_ids:
        raise Invalid("project.query", "Cannot use parents_as_list and parents_as_ids query params at the same time.")
    if as_list:
        parents = cloud.identity.projects.mine_among(req.caller, cloud.identity.projects.parents(project))
        body["parents"] = [{"project": project_body(req, each)} for each in parents]
    if as_ids:
        tree: Body | None = None
        for above in project.ancestors:
            tree = {above: tree}
        body["parents"] = tree


def _add_subtree(cloud: Cloud, req: Request, project: Project, body: Body) -> None:
    as_list, as_ids = is_set(req.query, "subtree_as_list"), is_set(req.query, "subtree_as_ids")
    if as_list and as_ids:
        raise Invalid("project.query", "Cannot use subtree_as_list and subtree_as_ids query params at the same time.")
    if not (as_list or as_ids):
        return
    below = cloud.identity.projects.subtree(project)
    if as_list:
        mine = cloud.identity.projects.mine_among(req.caller, below)
        body["subtree"] = [{"project": project_body(req, each)} for each in mine]
    else:
        body["subtree"] = _nested(project.id, below)


def _nested(root: str, below: Sequence[Project]) -> Body | None:
    children: dict[str, list[str]] = {}
    for each in below:
        children.setdefault(each.parent_id or "", []).append(each.id)

    def tree(project_id: str) -> Body | None:
        return {child: tree(child) for child in children.get(project_id, [])} or None

    return tree(root)
