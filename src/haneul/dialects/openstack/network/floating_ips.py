"""Floating IPs."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.port_forwardings import show_forwardings
from haneul.dialects.openstack.network.qos import QOS_NETWORK_POLICY, QOS_POLICY
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, PROJECT, TAGS
from haneul.kit.http import Reply, Request
from haneul.services.network import FloatingIpChanges, LedPort, NewFloatingIp


def _port_details(port: LedPort | None) -> dict[str, Any] | None:
    if port is None:
        return None
    return {
        "name": port.name,
        "network_id": port.network_id,
        "mac_address": port.mac_address,
        "admin_state_up": port.is_admin_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
    }


FLOATING_IP = Resource(
    "floatingip",
    "floatingips",
    (
        ID,
        *PROJECT,
        Attribute("floating_network_id", "network_id", readers.uuid, on=(CREATE,), is_required=True),
        Attribute("floating_ip_address", "address", readers.text, on=(CREATE,)),
        Attribute("subnet_id", read=readers.uuid, on=(CREATE,), is_hidden=True, is_filter=False),
        Attribute("port_id", read=readers.uuid_or_none),
        Attribute("fixed_ip_address", "fixed_ip", readers.text_or_none),
        Attribute("router_id", read=readers.uuid_or_none),
        Attribute("status"),
        Attribute("dns_name", read=readers.lower_text, on=(CREATE,)),
        Attribute("dns_domain", read=readers.lower_text, on=(CREATE,)),
        Attribute("port_details", show=lambda floating: _port_details(floating.port), is_filter=False),
        Attribute("port_forwardings", show=lambda floating: show_forwardings(floating.forwardings), is_filter=False),
        QOS_POLICY,
        QOS_NETWORK_POLICY,
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_floatingips(cloud: Cloud, req: Request) -> Reply:
    listing = FLOATING_IP.listing(req.query)
    return FLOATING_IP.many(cloud, req, cloud.network.floating_ips.list(req.caller, listing))


def create_floatingip(cloud: Cloud, req: Request) -> Reply:
    floating_ips = cloud.network.floating_ips
    return create_all(cloud, req, FLOATING_IP, lambda said: floating_ips.create(req.caller, NewFloatingIp(**said)))


def show_floatingip(cloud: Cloud, req: Request) -> Reply:
    return FLOATING_IP.one(cloud, req, cloud.network.floating_ips.get(req.caller, req.params["floatingip_id"]))


def update_floatingip(cloud: Cloud, req: Request) -> Reply:
    said = FLOATING_IP.read_changes(req.body) or {"port_id": None}  # Nothing said lets go, as it always did.
    changes = FloatingIpChanges(**said)
    with cloud.network.together():
        floating = cloud.network.floating_ips.get(req.caller, req.params["floatingip_id"])
        require_revision(req, floating.revision_number)
        changed = cloud.network.floating_ips.update(req.caller, floating.id, changes)
        return FLOATING_IP.one(cloud, req, changed)


def delete_floatingip(cloud: Cloud, req: Request) -> Reply:
    cloud.network.floating_ips.delete(req.caller, req.params["floatingip_id"])
    return Reply(204)


def list_floatingip_pools(cloud: Cloud, req: Request) -> Reply:
    pools = [
        {
            "subnet_id": pool.subnet_id,
            "subnet_name": pool.subnet_name,
            "network_id": pool.network_id,
            "cidr": pool.cidr,
            "project_id": pool.project_id,
            "tenant_id": pool.project_id,
        }
        for pool in cloud.network.floating_ips.pools(req.caller)
    ]
    return Reply(200, {"floatingip_pools": pools})
