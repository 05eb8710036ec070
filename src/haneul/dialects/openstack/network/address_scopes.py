"""Address scopes."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import CREATE, Attribute, Resource, create_all
from haneul.dialects.openstack.network.standard import ID, NAME, PROJECT, SHARED
from haneul.kit.http import Reply, Request
from haneul.services.network import AddressScopeChanges, NewAddressScope

SCOPE = Resource(
    "address_scope",
    "address_scopes",
    (
        ID,
        NAME,
        *PROJECT,
        Attribute("ip_version", read=readers.ip_version, on=(CREATE,), is_required=True),
        SHARED,
    ),
)


def list_address_scopes(cloud: Cloud, req: Request) -> Reply:
    return SCOPE.many(cloud, req, cloud.network.address_scopes.list(req.caller, SCOPE.listing(req.query)))


def create_address_scope(cloud: Cloud, req: Request) -> Reply:
    scopes = cloud.network.address_scopes
    return create_all(cloud, req, SCOPE, lambda said: scopes.create(req.caller, NewAddressScope(**said)))


def show_address_scope(cloud: Cloud, req: Request) -> Reply:
    return SCOPE.one(cloud, req, cloud.network.address_scopes.get(req.caller, req.params["address_scope_id"]))


def update_address_scope(cloud: Cloud, req: Request) -> Reply:
    changes = AddressScopeChanges(**SCOPE.read_changes(req.body))
    scope_id = req.params["address_scope_id"]
    return SCOPE.one(cloud, req, cloud.network.address_scopes.update(req.caller, scope_id, changes))


def delete_address_scope(cloud: Cloud, req: Request) -> Reply:
    cloud.network.address_scopes.delete(req.caller, req.params["address_scope_id"])
    return Reply(204)
