"""Networks."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.qos import QOS_POLICY
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import (
    ADMIN_STATE,
    DESCRIPTION,
    HISTORY,
    ID,
    NAME,
    PROJECT,
    SHARED,
    TAGS,
)
from haneul.kit.http import Reply, Request
from haneul.services.network import NetworkChanges, NewNetwork


def _provider(name: str, field: str, read: readers.Reader) -> Attribute:
    return Attribute(f"provider:{name}", field, read, rule=f"get_network:provider:{name}")


NETWORK = Resource(
    "network",
    "networks",
    (
        ID,
        NAME,
        *PROJECT,
        ADMIN_STATE,
        Attribute("status", constant="ACTIVE"),
        Attribute("mtu", read=readers.integer),
        SHARED,
        Attribute("router:external", "is_external", readers.boolean),
        Attribute("is_default", read=readers.boolean),
        Attribute("port_security_enabled", "has_port_security", readers.boolean),
        Attribute("subnets", "subnet_ids", show=lambda network: list(network.subnet_ids)),
        Attribute(
            "availability_zone_hints",
            "zone_hints",
            readers.texts,
            on=(CREATE,),
            show=lambda network: list(network.zone_hints),
            is_filter=False,
        ),
        Attribute("availability_zones", show=lambda network: list(network.zone_hints), is_filter=False),
        DESCRIPTION,
        _provider("network_type", "network_type", readers.text),
        _provider("physical_network", "physical_network", readers.text),
        _provider("segmentation_id", "segmentation_id", readers.integer),
        Attribute("ipv4_address_scope", "ipv4_scope_id", is_filter=False),
        Attribute("ipv6_address_scope", "ipv6_scope_id", is_filter=False),
        Attribute("l2_adjacency", constant=True),
        QOS_POLICY,
        Attribute("dns_domain", read=readers.lower_text),
        TAGS,
        *HISTORY,
    ),
)


def list_networks(cloud: Cloud, req: Request) -> Reply:
    return NETWORK.many(cloud, req, cloud.network.networks.list(req.caller, NETWORK.listing(req.query)))


def create_network(cloud: Cloud, req: Request) -> Reply:
    networks = cloud.network.networks
    return create_all(cloud, req, NETWORK, lambda said: networks.create(req.caller, NewNetwork(**said)))


def show_network(cloud: Cloud, req: Request) -> Reply:
    return NETWORK.one(cloud, req, cloud.network.networks.get(req.caller, req.params["network_id"]))


def update_network(cloud: Cloud, req: Request) -> Reply:
    changes = NetworkChanges(**NETWORK.read_changes(req.body))
    with cloud.network.together():
        network = cloud.network.networks.get(req.caller, req.params["network_id"])
        require_revision(req, network.revision_number)
        return NETWORK.one(cloud, req, cloud.network.networks.update(req.caller, network.id, changes))


def delete_network(cloud: Cloud, req: Request) -> Reply:
    cloud.network.networks.delete(req.caller, req.params["network_id"])
    return Reply(204)
