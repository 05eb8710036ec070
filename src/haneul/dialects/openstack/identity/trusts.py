"""Trusts (OS-TRUST)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.listing import (
    collection,
    extras,
    linked,
    listing,
    moment,
    parse_moment,
)
from haneul.dialects.openstack.identity.roles import role_body
from haneul.kit.http import Reply, Request
from haneul.services.identity import NewTrust, Ref, Trust

Body = dict[str, Any]

_KNOWN = {
    *("trustor_user_id", "trustee_user_id", "impersonation", "project_id", "roles", "expires_at"),
    *("remaining_uses", "allow_redelegation", "redelegation_count", "id", "links"),
}


def trust_body(cloud: Cloud, req: Request, trust: Trust, *, with_roles: bool = True) -> Body:
    path = f"/OS-TRUST/trusts/{trust.id}"
    body: Body = {
        **trust.extra,
        "id": trust.id,
        "trustor_user_id": trust.trustor_user_id,
        "trustee_user_id": trust.trustee_user_id,
        "project_id": trust.project_id,
        "impersonation": trust.impersonation,
        "expires_at": moment(trust.expires_at),
        "remaining_uses": trust.remaining_uses,
        "redelegated_trust_id": trust.redelegated_trust_id,
        "redelegation_count": trust.redelegation_count,
        "deleted_at": None,
    }
    if with_roles:
        body["roles"] = [role_body(req, role) for role in cloud.identity.trusts.roles(trust)]
        body["roles_links"] = {"self": f"{req.api_url}/v3{path}/roles", "next": None, "previous": None}
    return linked(req, path, body)


def list_trusts(cloud: Cloud, req: Request) -> Reply:
    fields = {"trustor_user_id": "trustor_user_id", "trustee_user_id": "trustee_user_id"}
    wanted = listing(req, fields)
    trusts = cloud.identity.trusts.list(req.caller, wanted)
    return collection(req, "trusts", [trust_body(cloud, req, trust, with_roles=False) for trust in trusts], wanted)


def show_trust(cloud: Cloud, req: Request) -> Reply:
    trust = cloud.identity.trusts.get(req.caller, req.params["trust_id"])
    return Reply(200, {"trust": trust_body(cloud, req, trust)})


def create_trust(cloud: Cloud, req: Request) -> Reply:
    body = req.body["trust"]
    new = NewTrust(
        trustor_user_id=body["trustor_user_id"],
        trustee_user_id=body["trustee_user_id"],
        impersonation=body["impersonation"],
        project_id=body.get("project_id"),
        roles=tuple(Ref(role.get("id"), role.get("name")) for role in body.get("roles") or ()),
        expires_at=parse_moment(body.get("expires_at"), "expires_at"),
        remaining_uses=body.get("remaining_uses"),
        allow_redelegation=bool(body.get("allow_redelegation")),
        redelegation_count=body.get("redelegation_count"),
        extra=extras(body, _KNOWN),
    )
    return Reply(201, {"trust": trust_body(cloud, req, cloud.identity.trusts.create(req.caller, new))})


def delete_trust(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.trusts.delete(req.caller, req.params["trust_id"])
    return Reply(204)


def list_trust_roles(cloud: Cloud, req: Request) -> Reply:
    trust = cloud.identity.trusts.get(req.caller, req.params["trust_id"], "identity:list_roles_for_trust")
    return collection(req, "roles", [role_body(req, role) for role in cloud.identity.trusts.roles(trust)])


def show_trust_role(cloud: Cloud, req: Request) -> Reply:
    trust = cloud.identity.trusts.get(req.caller, req.params["trust_id"], "identity:get_role_for_trust")
    role = cloud.identity.trusts.role(trust, req.params["role_id"])
    return Reply(200, {"role": role_body(req, role)})
