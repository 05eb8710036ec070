"""RBAC policies: what lets projects use things of others."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import CREATE, UPDATE, Attribute, Resource, create_all
from haneul.dialects.openstack.network.standard import ID, PROJECT
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import NewGrant

GRANT = Resource(
    "rbac_policy",
    "rbac_policies",
    (
        ID,
        *PROJECT,
        Attribute("object_type", read=readers.text, on=(CREATE,), is_required=True),
        Attribute("object_id", read=readers.uuid, on=(CREATE,), is_required=True),
        Attribute("action", read=readers.text, on=(CREATE,), is_required=True),
        Attribute("target_tenant", "target_project", readers.text, on=(CREATE, UPDATE), is_required=True),
    ),
)


def list_rbac_policies(cloud: Cloud, req: Request) -> Reply:
    return GRANT.many(cloud, req, cloud.network.grants.list(req.caller, GRANT.listing(req.query)))


def create_rbac_policy(cloud: Cloud, req: Request) -> Reply:
    return create_all(cloud, req, GRANT, lambda said: cloud.network.grants.create(req.caller, NewGrant(**said)))


def show_rbac_policy(cloud: Cloud, req: Request) -> Reply:
    return GRANT.one(cloud, req, cloud.network.grants.get(req.caller, req.params["rbac_policy_id"]))


def update_rbac_policy(cloud: Cloud, req: Request) -> Reply:
    said = GRANT.read_changes(req.body)
    if not said:
        raise Invalid("request.invalid", "Nothing to change: give target_tenant.")
    return GRANT.one(cloud, req, cloud.network.grants.update(req.caller, req.params["rbac_policy_id"], **said))


def delete_rbac_policy(cloud: Cloud, req: Request) -> Reply:
    cloud.network.grants.delete(req.caller, req.params["rbac_policy_id"])
    return Reply(204)
