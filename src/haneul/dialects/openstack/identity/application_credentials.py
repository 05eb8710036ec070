"""Application credentials and access rules."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import collection, linked, listing, parse_moment
from haneul.dialects.openstack.identity.roles import role_body
from haneul.kit.http import Reply, Request
from haneul.services.identity import AccessRule, NewApplicationCredential, Ref, Told, WantedRule

Body = dict[str, Any]


def application_credential_body(req: Request, told: Told) -> Body:
    credential = told.credential
    expires_at = credential.expires_at
    body: Body = {
        "id": credential.id,
        "name": credential.name,
        "description": credential.description,
        "project_id": credential.project_id,
        "user_id": credential.user_id,
        "roles": [{k: v for k, v in role_body(req, role).items() if k != "links"} for role in told.roles],
        "expires_at": None if expires_at is None else expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "unrestricted": credential.is_unrestricted,
        "system": None,
    }
    if told.access_rules is not None:
        body["access_rules"] = [_rule(rule) for rule in told.access_rules]
    if told.secret is not None:
        body["secret"] = told.secret
    return linked(req, f"/users/{credential.user_id}/application_credentials/{credential.id}", body)


def list_application_credentials(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"name": "name"})
    found = cloud.identity.application_credentials.list(req.caller, req.params["user_id"], wanted)
    bodies = [application_credential_body(req, each) for each in found]
    return collection(req, "application_credentials", bodies, wanted)


def show_application_credential(cloud: Cloud, req: Request) -> Reply:
    told = cloud.identity.application_credentials.get(
        req.caller, req.params["user_id"], req.params["application_credential_id"]
    )
    return Reply(200, {"application_credential": application_credential_body(req, told)})


def create_application_credential(cloud: Cloud, req: Request) -> Reply:
    body = req.body["application_credential"]
    roles, rules = body.get("roles"), body.get("access_rules")
    new = NewApplicationCredential(
        name=body["name"],
        description=body.get("description"),
        secret=body.get("secret"),
        roles=None if not roles else tuple(Ref(role.get("id"), role.get("name")) for role in roles),
        expires_at=parse_moment(body.get("expires_at"), "expires_at"),
        is_unrestricted=bool(body.get("unrestricted")),
        access_rules=None if rules is None else tuple(_wanted(rule) for rule in rules),
    )
    told = cloud.identity.application_credentials.create(req.caller, req.params["user_id"], new)
    return Reply(201, {"application_credential": application_credential_body(req, told)})


def delete_application_credential(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.application_credentials.delete(
        req.caller, req.params["user_id"], req.params["application_credential_id"]
    )
    return Reply(204)


def list_access_rules(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"service": "service", "path": "path", "method": "method"})
    found = cloud.identity.application_credentials.rules(req.caller, req.params["user_id"], wanted)
    return collection(req, "access_rules", [_linked_rule(req, rule) for rule in found], wanted)


def show_access_rule(cloud: Cloud, req: Request) -> Reply:
    rule = cloud.identity.application_credentials.rule(req.caller, req.params["user_id"], req.params["access_rule_id"])
    return Reply(200, {"access_rule": _linked_rule(req, rule)})


def delete_access_rule(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.application_credentials.delete_rule(req.caller, req.params["user_id"], req.params["access_rule_id"])
    return Reply(204)


def _rule(rule: AccessRule) -> Body:
    return {"id": rule.id, "service": rule.service, "path": rule.path, "method": rule.method}


def _linked_rule(req: Request, rule: AccessRule) -> Body:
    return linked(req, f"/users/{rule.user_id}/access_rules/{rule.id}", _rule(rule))


def _wanted(body: Body) -> WantedRule:
    return WantedRule(body.get("id"), body.get("service", ""), body.get("path", ""), body.get("method", "").upper())
