"""Subnet pools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, NAME, PROJECT, SHARED, TAGS
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import NewSubnetPool, SubnetPool, SubnetPoolChanges


def _length(name: str) -> Attribute:
    """Shown as text, as Neutron does."""
    return Attribute(name, read=readers.integer, show=lambda pool: str(getattr(pool, name)))


def _prefixes(pool: SubnetPool) -> list[str]:
    return list(pool.prefixes)


POOL = Resource(
    "subnetpool",
    "subnetpools",
    (
        ID,
        replace(NAME, is_required=True),
        *PROJECT,
        Attribute("prefixes", read=readers.texts, show=_prefixes, is_filter=False, is_required=True),
        Attribute("ip_version", read=readers.integer, on=()),
        *map(_length, ("min_prefixlen", "max_prefixlen", "default_prefixlen")),
        Attribute("default_quota", read=readers.integer_or_none),
        Attribute("address_scope_id", "scope_id", readers.uuid_or_none),
        Attribute("is_default", read=readers.boolean),
        replace(SHARED, on=(CREATE,)),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_subnetpools(cloud: Cloud, req: Request) -> Reply:
    return POOL.many(cloud, req, cloud.network.subnet_pools.list(req.caller, POOL.listing(req.query)))


def create_subnetpool(cloud: Cloud, req: Request) -> Reply:
    pools = cloud.network.subnet_pools
    return create_all(cloud, req, POOL, lambda said: pools.create(req.caller, NewSubnetPool(**said)))


def show_subnetpool(cloud: Cloud, req: Request) -> Reply:
    return POOL.one(cloud, req, cloud.network.subnet_pools.get(req.caller, req.params["subnetpool_id"]))


def update_subnetpool(cloud: Cloud, req: Request) -> Reply:
    changes = SubnetPoolChanges(**POOL.read_changes(req.body))
    with cloud.network.together():
        pool = cloud.network.subnet_pools.get(req.caller, req.params["subnetpool_id"])
        require_revision(req, pool.revision_number)
        return POOL.one(cloud, req, cloud.network.subnet_pools.update(req.caller, pool.id, changes))


def delete_subnetpool(cloud: Cloud, req: Request) -> Reply:
    cloud.network.subnet_pools.delete(req.caller, req.params["subnetpool_id"])
    return Reply(204)


def add_prefixes(cloud: Cloud, req: Request) -> Reply:
    prefixes = _said_prefixes(req.body)
    return Reply(200, {"prefixes": cloud.network.subnet_pools.add_prefixes(req.caller, _id(req), prefixes)})


def remove_prefixes(cloud: Cloud, req: Request) -> Reply:
    prefixes = _said_prefixes(req.body)
    return Reply(200, {"prefixes": cloud.network.subnet_pools.remove_prefixes(req.caller, _id(req), prefixes)})


def onboard_network_subnets(cloud: Cloud, req: Request) -> Reply:
    said = readers.mapping("request", req.body)
    network_id = readers.uuid("network_id", said.get("network_id"))
    subnets = cloud.network.subnet_pools.onboard(req.caller, _id(req), network_id)
    return Reply(200, {"subnets": [{"id": subnet.id, "cidr": subnet.cidr} for subnet in subnets]})


def _id(req: Request) -> str:
    return req.params["subnetpool_id"]


def _said_prefixes(body: Any) -> tuple[str, ...]:
    said = readers.mapping("request", body)
    if not said.get("prefixes"):
        raise Invalid("request.invalid", 'Invalid prefixes body: give {"prefixes": ["10.0.0.0/16"]}.')
    return readers.texts("prefixes", said["prefixes"])
