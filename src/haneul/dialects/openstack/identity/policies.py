"""Policies that remote services keep here."""

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
from haneul.kit.http import Reply, Request
from haneul.services.identity import KeptPolicy

_KNOWN = {"id", "type", "blob", "links"}


def policy_body(req: Request, policy: KeptPolicy) -> dict[str, Any]:
    body = {**policy.extra, "id": policy.id, "type": policy.type, "blob": policy.blob}
    return linked(req, f"/policies/{policy.id}", body)


def list_policies(cloud: Cloud, req: Request) -> Reply:
    wanted = listing(req, {"type": "type"})
    found = cloud.identity.policies.list(req.caller, wanted)
    return collection(req, "policies", [policy_body(req, policy) for policy in found], wanted)


def show_policy(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"policy": policy_body(req, cloud.identity.policies.get(req.caller, req.params["policy_id"]))})


def create_policy(cloud: Cloud, req: Request) -> Reply:
    body = req.body["policy"]
    new = KeptPolicy("", body["type"], body["blob"], extras(body, _KNOWN))
    return Reply(201, {"policy": policy_body(req, cloud.identity.policies.create(req.caller, new))})


def update_policy(cloud: Cloud, req: Request) -> Reply:
    body = req.body["policy"]
    require_same_id(req, body, "policy_id")
    changes = changed(body, {"type": "type", "blob": "blob"})
    if extra := extras(body, _KNOWN):
        changes["extra"] = extra
    found = cloud.identity.policies.update(req.caller, req.params["policy_id"], changes)
    return Reply(200, {"policy": policy_body(req, found)})


def delete_policy(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.policies.delete(req.caller, req.params["policy_id"])
    return Reply(204)
