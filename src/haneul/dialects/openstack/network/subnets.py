"""Subnets."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, NAME, PROJECT, TAGS, show_routes
from haneul.kit.http import Reply, Request
from haneul.services.network import NewSubnet, SubnetChanges

SUBNET = Resource(
    "subnet",
    "subnets",
    (
        ID,
        NAME,
        *PROJECT,
        Attribute("network_id", read=readers.uuid, on=(CREATE,), is_required=True),
        Attribute("ip_version", read=readers.ip_version, on=(CREATE,), is_required=True),
        Attribute("cidr", read=readers.text_or_empty, on=(CREATE,)),
        Attribute("prefixlen", read=readers.integer, on=(CREATE,), is_hidden=True, is_filter=False),
        Attribute("subnetpool_id", "pool_id", readers.uuid_or_none, on=(CREATE,)),
        Attribute(
            "use_default_subnetpool",
            "uses_default_pool",
            readers.boolean,
            on=(CREATE,),
            is_hidden=True,
            is_filter=False,
        ),
        Attribute("gateway_ip", read=readers.text_or_none),
        Attribute("enable_dhcp", "has_dhcp", readers.boolean),
        Attribute(
            "allocation_pools",
            "pools",
            readers.pools,
            show=lambda subnet: [{"start": pool.start, "end": pool.end} for pool in subnet.pools],
            is_filter=False,
        ),
        Attribute(
            "dns_nameservers",
            "dns_servers",
            readers.texts,
            show=lambda subnet: list(subnet.dns_servers),
            is_filter=False,
        ),
        Attribute(
            "host_routes", read=readers.routes, show=lambda subnet: show_routes(subnet.host_routes), is_filter=False
        ),
        Attribute("ipv6_ra_mode", "ra_mode", readers.text_or_none, on=(CREATE,)),
        Attribute("ipv6_address_mode", "address_mode", readers.text_or_none, on=(CREATE,)),
        Attribute("service_types", read=readers.texts, show=lambda subnet: list(subnet.service_types), is_filter=False),
        Attribute("shared", "is_shared", readers.boolean, on=(), is_hidden=True),
        Attribute("router:external", "is_external", readers.boolean, on=(), is_hidden=True),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_subnets(cloud: Cloud, req: Request) -> Reply:
    return SUBNET.many(cloud, req, cloud.network.subnets.list(req.caller, SUBNET.listing(req.query)))


def create_subnet(cloud: Cloud, req: Request) -> Reply:
    subnets = cloud.network.subnets
    return create_all(cloud, req, SUBNET, lambda said: subnets.create(req.caller, NewSubnet(**said)))


def show_subnet(cloud: Cloud, req: Request) -> Reply:
    return SUBNET.one(cloud, req, cloud.network.subnets.get(req.caller, req.params["subnet_id"]))


def update_subnet(cloud: Cloud, req: Request) -> Reply:
    changes = SubnetChanges(**SUBNET.read_changes(req.body))
    with cloud.network.together():
        subnet = cloud.network.subnets.get(req.caller, req.params["subnet_id"])
        require_revision(req, subnet.revision_number)
        return SUBNET.one(cloud, req, cloud.network.subnets.update(req.caller, subnet.id, changes))


def delete_subnet(cloud: Cloud, req: Request) -> Reply:
    cloud.network.subnets.delete(req.caller, req.params["subnet_id"])
    return Reply(204)
