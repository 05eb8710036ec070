"""Policies that remote services keep here."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.identity.catalog import endpoint_body
from haneul.dialects.openstack.identity.listing import (
    changed,
    collection,
    extras,
    linked,
    listing,
    require_same_id,
)
from haneul.kit.http import Reply, Request
from haneul.services.identity import KeptPolicy, PolicyUse

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
    new = KeptPolicy("", body["type"], body["blob"], extra=extras(body, _KNOWN))
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


def associate_policy(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.policies.use(req.caller, req.params["policy_id"], _use(req))
    return Reply(204)


def check_policy_association(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.policies.require_use(req.caller, req.params["policy_id"], _use(req))
    return Reply(204)


def dissociate_policy(cloud: Cloud, req: Request) -> Reply:
    cloud.identity.policies.use_no_more(req.caller, req.params["policy_id"], _use(req))
    return Reply(204)


def list_policy_endpoints(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.policies.endpoints(req.caller, req.params["policy_id"])
    return collection(req, "endpoints", [endpoint_body(req, each) for each in found])


def show_endpoint_policy(cloud: Cloud, req: Request) -> Reply:
    found = cloud.identity.policies.of_endpoint(req.caller, req.params["endpoint_id"])
    return Reply(200, {"policy": policy_body(req, found)})


def _use(req: Request) -> PolicyUse:
    params = req.params
    return PolicyUse(params.get("endpoint_id"), params.get("service_id"), params.get("region_id"))
