"""Address groups."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import CREATE, Attribute, Resource, create_all
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, NAME, PROJECT
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import AddressGroupChanges, NewAddressGroup

GROUP = Resource(
    "address_group",
    "address_groups",
    (
        ID,
        NAME,
        *PROJECT,
        DESCRIPTION,
        Attribute(
            "addresses", read=readers.texts, on=(CREATE,), show=lambda group: list(group.addresses), is_filter=False
        ),
        *HISTORY,
    ),
)


def list_address_groups(cloud: Cloud, req: Request) -> Reply:
    return GROUP.many(cloud, req, cloud.network.address_groups.list(req.caller, GROUP.listing(req.query)))


def create_address_group(cloud: Cloud, req: Request) -> Reply:
    groups = cloud.network.address_groups
    return create_all(cloud, req, GROUP, lambda said: groups.create(req.caller, NewAddressGroup(**said)))


def show_address_group(cloud: Cloud, req: Request) -> Reply:
    return GROUP.one(cloud, req, cloud.network.address_groups.get(req.caller, _id(req)))


def update_address_group(cloud: Cloud, req: Request) -> Reply:
    changes = AddressGroupChanges(**GROUP.read_changes(req.body))
    return GROUP.one(cloud, req, cloud.network.address_groups.update(req.caller, _id(req), changes))


def delete_address_group(cloud: Cloud, req: Request) -> Reply:
    cloud.network.address_groups.delete(req.caller, _id(req))
    return Reply(204)


def add_addresses(cloud: Cloud, req: Request) -> Reply:
    return GROUP.one(cloud, req, cloud.network.address_groups.add(req.caller, _id(req), _addresses(req.body)))


def remove_addresses(cloud: Cloud, req: Request) -> Reply:
    return GROUP.one(cloud, req, cloud.network.address_groups.remove(req.caller, _id(req), _addresses(req.body)))


def _id(req: Request) -> str:
    return req.params["address_group_id"]


def _addresses(body: Any) -> tuple[str, ...]:
    """Clients wrap them in the noun's name, or do not."""
    plain = readers.mapping("request", body)
    said = readers.mapping("address_group", plain.get("address_group", plain))
    if not said.get("addresses"):
        raise Invalid("request.invalid", 'Invalid body: give {"addresses": ["10.0.0.0/24"]}.')
    return readers.texts("addresses", said["addresses"])
