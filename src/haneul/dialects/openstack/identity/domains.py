"""Domains."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    listing,
    require_same_id,
    truth,
)
from haneul.dialects.openstack.identity.projects import domain_body
from haneul.kit.http import Reply, Request
from haneul.services.identity import NewDomain

_KNOWN = {"id", "name", "description", "enabled", "tags", "options", "links", "explicit_domain_id"}
_CHANGES = {"name": "name", "description": "description", "options": "options"}


def list_domains(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"name": "name"}, {"enabled": "is_enabled"})
    domains = cloud.identity.domains.list(req.caller, wanted)
    return collection(req, "domains", [domain_body(req, domain) for domain in domains], wanted)


def show_domain(cloud: Cloud, req: Request) -> Reply:
    domain = cloud.identity.domains.get(req.caller, req.params["domain_id"])
    return Reply(200, {"domain": domain_body(req, domain)})


def create_domain(cloud: Cloud, req: Request) -> Reply:
    body = req.body["domain"]
    new = NewDomain(
        name=body["name"],
        id=body.get("explicit_domain_id"),
        description=body.get("description") or "",
        is_enabled=truth(body.get("enabled", True)),
        tags=tuple(body.get("tags", ())),
        options=body.get("options", {}),
        extra=extras(body, _KNOWN),
    )
    return Reply(201, {"domain": domain_body(req, cloud.identity.domains.create(req.caller, new))})


def update_domain(cloud: Cloud, req: Request) -> Reply:
    body = req.body["domain"]
    require_same_id(req, body, "domain_id")
    changes = changed(body, _CHANGES)
    if "description" in body:
        changes["description"] = body["description"] or ""
    if "enabled" in body:
        changes["is_enabled"] = truth(body["enabled"])
    if "tags" in body:
        changes["tags"] = tuple(body["tags"])
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    domain = cloud.identity.domains.update(req.caller, req.params["domain_id"], changes)
    return Reply(200, {"domain": domain_body(req, domain)})


def delete_domain(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.domains.delete(req.caller, req.params["domain_id"])
    return Reply(204)
